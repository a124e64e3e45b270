#!/bin/sh
# Checks format (gofmt) and code (go vet, staticcheck).
set -eu
unformatted=$(gofmt -l "$(dirname -- "$0")")
if [ -n "$unformatted" ]; then
  echo "gofmt would change: $unformatted" >&2
  exit 1
fi
# shellcheck source=/dev/null
. "$(dirname -- "$0")/prepare.sh"
go vet ./...
go tool -modfile=tools.mod staticcheck .
