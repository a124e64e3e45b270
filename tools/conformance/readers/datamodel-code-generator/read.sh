#!/bin/sh
set -eu
test -x venv/bin/python || "$BINGX_PYTHON" -m venv venv
venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r "$READER/requirements.txt" >&2
venv/bin/datamodel-codegen --input "$BINGX_CALLER" --output generated.py \
  --output-model-type pydantic_v2.BaseModel --disable-warnings --formatters builtin >&2
sed -n "s/^datamodel-code-generator==/version\t/p" "$READER/requirements.in"
PYTHONPATH=. exec venv/bin/python "$READER/read.py"
