#!/bin/sh
# Generates the client, builds it, runs the tests and the vectors, and cancels an order on the sandbox.
set -eu
cd "$(dirname "$0")"
. ./environment.sh

maven test
classes="$BINGX_BUILD/test-classes:$BINGX_BUILD/classes:$(cat "$BINGX_BUILD/classpath")"
generator=$(cat "$BINGX_BUILD/generated/.openapi-generator/VERSION")
exec java -cp "$classes" bingx.spot.Conformance "$BINGX_SPEC" "$generator"
