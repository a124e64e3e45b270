#!/bin/sh
# With Mono's compiler and Newtonsoft.Json of Debian; the model of `oneOf` is left out, which needs a newer one.
set -eu
library=/usr/lib/cli/Newtonsoft.Json-5.0/Newtonsoft.Json.dll
rm -f "$GENERATED/src/Bingx/Model/AbstractOpenAPISchema.cs"
cp "$library" .
mcs -nologo -langversion:latest -nowarn:1587 -r:Newtonsoft.Json.dll -r:System.Runtime.Serialization.dll -r:System.ComponentModel.DataAnnotations.dll -out:read.exe \
  "$READER/Read.cs" "$GENERATED"/src/Bingx/Model/*.cs "$GENERATED"/src/Bingx/Client/OpenAPIDateConverter.cs \
  "$GENERATED"/src/Bingx/Client/FileParameter.cs >&2
exec mono read.exe
