#!/bin/sh
# Runs the collections of the kit in KIT in the programs that they are for, against the sandbox of the kit. Installs the
# programs in the folder in which it is started. The last line names them.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# node_modules is kept for as long as the lock file is the one that it was made from.
if ! cmp -s "$here/package-lock.json" node_modules/.made-from; then
  cp "$here/package.json" "$here/package-lock.json" "$here/.npmrc" .
  npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2
  cp package-lock.json node_modules/.made-from
fi
export PATH="$PWD/node_modules/.bin:$PATH"
logs=$PWD
cd "$KIT/collections"

# Each has a sandbox of its own, whose keys are those of the collections.
with_sandbox() {
  "$BINGX_PYTHON" "$KIT/bingx-sandbox.pyz" --api-key sandbox-key --api-secret sandbox-secret -- sh -c "$@"
}

# Runs a program with an option for a variable. It must end well, and not if the secret is wrong.
tries() {
  option=$1
  command="$2 $option \"baseUrl=\$BINGX_ENV\" \"\$@\""
  with_sandbox "$command" sh
  if with_sandbox "$command" sh "$option" apiSecret=wrong >/dev/null 2>&1; then
    echo "takes a refusal for a success: $2"
    exit 1
  fi
  # A pair whose name must be encoded; the .http file has its parameters in itself.
  if [ "$option" = --env-var ]; then
    with_sandbox "$command" sh --env-var symbol=MØTH-USDT --env-var orderId=1735964079649111289
  fi
}

# All at once: each waits for its own start, for the most part.
tries --env-var 'newman run bingx-spot.postman_collection.json' >"$logs/newman.log" 2>&1 &
newman=$!
tries --env-var 'cd bruno && bru run --env sandbox' >"$logs/bruno.log" 2>&1 &
bruno=$!
tries --var 'httpyac send bingx-spot.http --all --raw --env sandbox' >"$logs/httpyac.log" 2>&1 &
httpyac=$!
status=0
for each in newman bruno httpyac; do
  eval "wait \"\$$each\"" || { status=1 && cat "$logs/$each.log"; }
done
echo "newman $(newman --version), Bruno $(bru --version), httpYac $(httpyac --version)"
exit "$status"
