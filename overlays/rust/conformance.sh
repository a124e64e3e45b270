#!/bin/sh
# Generates the client, builds it, runs the tests and the vectors, and cancels an order on the sandbox.
set -eu
cd "$(dirname "$0")"
. ./environment.sh

cargo test --locked --quiet --no-default-features --lib --test layers >&2
cargo test --locked --quiet --no-default-features --test conformance
