#!/bin/sh
# Checks format, lint rules (Biome) and types (tsc --strict).
set -eu
# shellcheck source=/dev/null
. "$(dirname -- "$0")/prepare.sh"
node_modules/.bin/biome ci --colors=off --error-on-warnings
node_modules/.bin/tsc --noEmit
