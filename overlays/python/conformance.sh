#!/bin/sh
# Python's part of `make conformance`: every vector through the SDK, then an order cancelled on the sandbox.
# What is generated and built stands in the tree already. The last line says what was shown, as JSON.
set -eu
cd "$(dirname "$0")/../.."
exec "${BINGX_PYTHON:-.venv/bin/python}" -m tools.conformance.python_runner
