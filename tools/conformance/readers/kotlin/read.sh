#!/bin/sh
set -eu
mkdir -p src
client="$GENERATED/src/main/kotlin/org/openapitools/client"
cp "$client"/models/*.kt "$client/infrastructure/Serializer.kt" "$READER/Read.kt" src
mvn --batch-mode --quiet --define org.slf4j.simpleLogger.defaultLogLevel=error --define reader.build="$PWD" \
  --define mdep.outputFile="$PWD/classpath" --file "$READER/pom.xml" compile dependency:build-classpath >&2
exec java -cp "target/classes:$(cat classpath)" ReadKt
