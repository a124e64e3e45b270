#!/bin/sh
set -eu
cp "$READER"/*.json "$READER"/*.cjs "$READER"/*.ts .
npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2
npx --no-install orval --config orval.config.cjs >&2
npx --no-install tsc --strict --module nodenext --target es2022 --lib es2022,dom --skipLibCheck --outDir dist read.ts >&2
node -p '"version\t" + require("./node_modules/orval/package.json").version'
exec node dist/read.js
