#!/bin/sh
exec perl "-I$GENERATED/lib" "$READER/read.pl"
