#!/bin/sh
# Checks the format, and compiles with every lint and every documentation check of javac, warnings being errors.
set -eu
cd "$(dirname "$0")"
. ./environment.sh

maven spotless:check test-compile
