# Sourced by conformance.sh and lint.sh: puts the overlay and the generated code into BINGX_BUILD, so that nothing is
# written into the tree. Unset variables get defaults relative to this folder.
# shellcheck shell=sh
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
root=$(CDPATH='' cd -- "$here/../.." && pwd)
export BINGX_SPEC="${BINGX_SPEC:-$root/spec}"
BINGX_CALLER="${BINGX_CALLER:-$root/generated/openapi.caller.yaml}"
BINGX_ERRORS="${BINGX_ERRORS:-$root/generated/errors.json}"
# The compiled contract is beside the caller's view.
BINGX_OPERATIONS="${BINGX_OPERATIONS:-$(dirname -- "$BINGX_CALLER")/operations.json}"
BINGX_BUILD="${BINGX_BUILD:-$root/build/overlays/go}"

mkdir -p "$BINGX_BUILD/api"
rm -f "$BINGX_BUILD"/*.go "$BINGX_BUILD"/api/*.go "$BINGX_BUILD/conformance.json"
cp "$here"/*.go "$here"/*.mod "$here"/*.sum "$here/oapi-codegen.yaml" "$BINGX_BUILD"
cp "$BINGX_ERRORS" "$BINGX_BUILD/errors.json"
cp "$BINGX_OPERATIONS" "$BINGX_BUILD/operations.json"
cd "$BINGX_BUILD" || exit
go tool -modfile=tools.mod oapi-codegen -config oapi-codegen.yaml "$BINGX_CALLER"
