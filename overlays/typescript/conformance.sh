#!/bin/sh
# Generates, builds, runs every vector and, where BINGX_URL is given, cancels an order. The last line says how it went.
set -eu
# shellcheck source=/dev/null
. "$(dirname -- "$0")/prepare.sh"
node_modules/.bin/tsc
status=0
node --test --test-reporter=tap dist/test/ >test.tap || status=$?
# Of the report, what failed: the vector, the stage, expected and actual value.
awk '/^not ok/ {failed = 1} failed; /^  \.\.\.$/ {failed = 0}' test.tap
cat conformance.json
exit "$status"
