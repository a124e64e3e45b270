// Writes src/generated/: types by openapi-typescript, and the contract's data that the signing layer needs.
// Usage: node generate.js <openapi.caller.json> <errors.json>
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { isSafeNumber, parse } from "lossless-json";
import openapiTS, { astToString } from "openapi-typescript";
import ts from "typescript";

const { factory, SyntaxKind } = ts;
const folder = new URL("src/generated/", import.meta.url);
const [contractPath, errorsPath] = process.argv.slice(2);

// As a text, an example of 19 digits stays exact.
const exact = (token) => (isSafeNumber(token) ? Number(token) : token);
const contract = parse(await readFile(contractPath, "utf8"), null, exact);

/** An int64 is past what a double can hold, and an extensible enum may hold words that it does not list. */
function transform(schema) {
  if (schema.format === "int64") {
    return factory.createKeywordTypeNode(SyntaxKind.BigIntKeyword);
  }
  if (schema["x-extensible"]) {
    return factory.createKeywordTypeNode(SyntaxKind.StringKeyword);
  }
}

const resolved = ({ $ref }) => contract.components.schemas[$ref.split("/").at(-1)];

function operation(path, method, { operationId, security, responses, ...extensions }) {
  const envelope = resolved(responses["200"].content["application/json"].schema);
  const { required } = resolved(envelope.properties.data);
  const { exactlyOneOf = [] } = extensions["x-bingx-order-reference"] ?? {};
  const { repeats = [], confirmedBy = {} } = extensions["x-bingx-answer"] ?? {};
  const signed = security.length > 0;
  const rules = { signed, exactlyOneOf, required, repeats, confirmedBy };
  return { operationId, method: method.toUpperCase(), path, ...rules };
}

const operations = Object.entries(contract.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, described]) => operation(path, method, described)),
);
const properties = Object.values(contract.components.schemas).flatMap((one) =>
  Object.entries(one.properties ?? {}),
);
const int64Names = new Set(properties.filter(([, { format }]) => format === "int64").map(([name]) => name));

const json = (value) => JSON.stringify(value, null, 2);
const files = {
  "api.ts": astToString(await openapiTS(contract, { transform })),
  "contract.ts": `import type { Operation } from "../answers.js";
export const operations: readonly Operation[] = ${json(operations)};
export const int64Names: readonly string[] = ${json([...int64Names])};
`,
  "errors.ts": `import type { ErrorTable } from "../answers.js";
export const errorTable: ErrorTable = ${await readFile(errorsPath, "utf8")};
`,
};
await mkdir(folder, { recursive: true });
await Promise.all(Object.entries(files).map(([name, text]) => writeFile(new URL(name, folder), text)));
