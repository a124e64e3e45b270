#!/bin/sh
set -eu
mkdir -p beam
elixirc -o beam "$READER/json.ex" "$GENERATED/lib/bingx/deserializer.ex" "$GENERATED"/lib/bingx/model/*.ex >&2
exec elixir -pa beam "$READER/read.exs"
