#!/bin/sh
# Without the models of requests: their enums have functions of the same name.
set -eu
for source in "$GENERATED"/src/[!A]*.cpp "$GENERATED"/src/AnyType.cpp "$GENERATED"/src/model/*.cpp; do
  case $source in
    *Request.cpp | *CancelRestriction.cpp | *CountdownAct.cpp) ;;
    *) echo "#include \"$source\"" ;;
  esac
done >generated.inc
g++ -std=c++17 -O0 -w -I. -I"$GENERATED/include" -o read "$READER/read.cpp" -lcpprest -lcrypto -lpthread >&2
exec ./read
