// Writes src/generated/: types by openapi-typescript, and the compiled contract for the signing layer.
// Usage: node generate.js <openapi.caller.json> <operations.json> <errors.json>
import { mkdir, readFile, writeFile } from "node:fs/promises";
import openapiTS, { astToString } from "openapi-typescript";
import ts from "typescript";

const { factory, SyntaxKind } = ts;
const folder = new URL("src/generated/", import.meta.url);
const [contractPath, operationsPath, errorsPath] = process.argv.slice(2);

const contract = JSON.parse(await readFile(contractPath, "utf8"));

/** An int64 is past what a double can hold. */
function transform(schema) {
  if (schema.format === "int64") {
    return factory.createKeywordTypeNode(SyntaxKind.BigIntKeyword);
  }
}

const files = {
  "api.ts": astToString(await openapiTS(contract, { transform })),
  "contract.ts": `import type { Operation, Signing } from "../answers.js";
const compiled: object = ${await readFile(operationsPath, "utf8")};
export const { operations, signing } = compiled as {
  readonly operations: readonly Operation[];
  readonly signing: Signing;
};
`,
  "errors.ts": `import type { ErrorTable } from "../answers.js";
export const errorTable: ErrorTable = ${await readFile(errorsPath, "utf8")};
`,
};
await mkdir(folder, { recursive: true });
await Promise.all(Object.entries(files).map(([name, text]) => writeFile(new URL(name, folder), text)));
