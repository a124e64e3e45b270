#!/bin/sh
exec env LC_ALL=C.UTF-8 Rscript --vanilla "$READER/read.R"
