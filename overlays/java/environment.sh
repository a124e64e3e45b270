# shellcheck shell=sh
# Sourced by the scripts beside it: where things are, unless the caller says otherwise.
repository=$(cd ../.. && pwd)
: "${BINGX_BUILD:=$repository/build/conformance/java}"
: "${BINGX_SPEC:=$repository/spec}"
: "${BINGX_CALLER:=$repository/generated/openapi.caller.yaml}"

# The error table lies beside the caller's view, as JSON.
maven() {
  mvn --batch-mode --define org.slf4j.simpleLogger.defaultLogLevel=warn \
    --define bingx.build="$BINGX_BUILD" --define bingx.generated="$(dirname "$BINGX_CALLER")" "$@" >&2
}
