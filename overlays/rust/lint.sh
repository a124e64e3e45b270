#!/bin/sh
# Checks the format and lints, warnings being errors.
set -eu
cd "$(dirname "$0")"
. ./environment.sh

cargo fmt --check
cargo clippy --locked --quiet --no-default-features --all-targets -- --deny warnings
# The README's example is one of the documentation's.
cargo test --locked --quiet --no-default-features --doc
