#!/bin/sh
exec ruby "$READER/read.rb"
