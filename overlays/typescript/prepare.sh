# Read by conformance.sh and lint.sh: lays the overlay and what is generated side by side in BINGX_BUILD, so that
# nothing is written into the tree. Values that are not given are found from where this folder lies.
# shellcheck shell=sh
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
root=$(CDPATH='' cd -- "$here/../.." && pwd)
export BINGX_SPEC="${BINGX_SPEC:-$root/spec}"
BINGX_CALLER="${BINGX_CALLER:-$root/generated/openapi.caller.yaml}"
BINGX_ERRORS="${BINGX_ERRORS:-$root/generated/errors.json}"
BINGX_BUILD="${BINGX_BUILD:-$root/build/overlays/typescript}"

mkdir -p "$BINGX_BUILD"
cd "$BINGX_BUILD" || exit
rm -rf src test dist conformance.json
for part in .npmrc biome.json generate.js package-lock.json package.json src test tsconfig.json; do
  cp -R "$here/$part" .
done
# node_modules is kept for as long as the lock file is the one that it was made from.
if ! cmp -s package-lock.json node_modules/.made-from; then
  npm ci --silent >&2
  cp package-lock.json node_modules/.made-from
fi
# The same contract in JSON lies beside the YAML, and so does the compiled one.
node generate.js "${BINGX_CALLER%.yaml}.json" "$(dirname -- "$BINGX_CALLER")/operations.json" "$BINGX_ERRORS" \
  "$BINGX_SPEC/schemas"
