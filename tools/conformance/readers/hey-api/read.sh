#!/bin/sh
set -eu
cp "$READER"/*.json "$READER"/*.mjs "$READER"/*.ts .
npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2
npx --no-install openapi-ts --file openapi-ts.config.mjs >&2
npx --no-install tsc --strict --module nodenext --target es2022 --skipLibCheck --outDir dist read.ts >&2
node -p '"version\t" + require("./node_modules/@hey-api/openapi-ts/package.json").version'
exec node dist/read.js
