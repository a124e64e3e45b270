#!/bin/sh
exec php "$READER/read.php"
