#!/bin/sh
set -eu
mkdir -p src
client="$GENERATED/src/main/scala/org/openapitools/client"
cp "$client"/core/*.scala "$client"/model/*.scala "$READER/Read.scala" src
mvn --batch-mode --quiet --define org.slf4j.simpleLogger.defaultLogLevel=error --define reader.build="$PWD" \
  --define mdep.outputFile="$PWD/classpath" --file "$READER/pom.xml" compile dependency:build-classpath >&2
exec java -cp "target/classes:$(cat classpath)" Read
