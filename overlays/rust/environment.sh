# shellcheck shell=sh
# Sourced by the scripts beside it: where things are, unless the caller says otherwise.
repository=$(cd ../.. && pwd)
: "${BINGX_BUILD:=$repository/build/conformance/rust}"
export BINGX_SPEC="${BINGX_SPEC:-$repository/spec}"
export BINGX_ERRORS="${BINGX_ERRORS:-$repository/generated/errors.json}"
# The caller's view is read as JSON, which lies beside the YAML, and so does the compiled contract.
caller=${BINGX_CALLER:-$repository/generated/openapi.caller.yaml}
export BINGX_CONTRACT="${caller%.yaml}.json"
BINGX_OPERATIONS="${BINGX_OPERATIONS:-$(dirname "$caller")/operations.json}"
export BINGX_OPERATIONS
export CARGO_TARGET_DIR="$BINGX_BUILD"
# A build that runs once needs neither debug symbols nor the state of an incremental build.
export CARGO_PROFILE_DEV_DEBUG=0 CARGO_INCREMENTAL=0
# The pinned lock names no address to download from, and Cargo wants one in each entry: its own.
if ! [ Cargo.lock -nt pinned.lock ]; then
  cargo generate-lockfile --quiet
  registry=$(sed -n 's/^source = //p' Cargo.lock | sort -u)
  sed "s|^source = .*|source = $registry|" pinned.lock > Cargo.lock
fi
