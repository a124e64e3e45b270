"""The generator: makes `generated/` from `spec/openapi.yaml` (`python -m generator`, or `make generate`)."""

__version__ = "1.0.0"
