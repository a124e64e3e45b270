#!/bin/sh
set -eu
cp "$READER/go.mod" "$READER/go.sum" "$READER/read.go" .
go tool ogen -loglevel error -config "$READER/ogen.yml" -package api -target api -clean "$BINGX_CALLER" >&2
go list -m -f "version	{{slice .Version 1}}" github.com/ogen-go/ogen
exec go run .
