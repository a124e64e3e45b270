"""The generator: makes `generated/` from `spec/openapi.yaml` (`python -m generator`, or `make generate`)."""

import os

__version__ = "1.0.0"

# With jsonschema-rs, which Schemathesis brings along, errors do not say which part of a schema was meant.
os.environ["OPENAPI_SPEC_VALIDATOR_SCHEMA_VALIDATOR_BACKEND"] = "jsonschema"
