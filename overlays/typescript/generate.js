// Writes src/generated/: types by openapi-typescript, and the compiled contract with the error table.
// Usage: node generate.js <openapi.caller.json> <operations.json> <errors.json> <the folder of their schemas>
import { mkdir, readFile, writeFile } from "node:fs/promises";
import openapiTS, { astToString } from "openapi-typescript";
import ts from "typescript";

const { factory, SyntaxKind } = ts;
const folder = new URL("src/generated/", import.meta.url);
const [contractPath, operationsPath, errorsPath, schemas] = process.argv.slice(2);

const contract = JSON.parse(await readFile(contractPath, "utf8"));
const { operations, signing } = JSON.parse(await readFile(operationsPath, "utf8"));

/** An int64 is past what a double can hold. */
function transform(schema) {
  if (schema.format === "int64") {
    return factory.createKeywordTypeNode(SyntaxKind.BigIntKeyword);
  }
}

/** Returns the definitions of a schema, as an OpenAPI document has them. */
async function definitions(name) {
  const text = await readFile(`${schemas}/${name}.schema.json`, "utf8");
  return JSON.parse(text.replaceAll("#/$defs/", "#/components/schemas/")).$defs;
}

const documents = {
  openapi: "3.1.0",
  info: { title: "The documents of the kit", version: "1" },
  paths: {},
  components: { schemas: { ...(await definitions("operations")), ...(await definitions("errors")) } },
};

const files = {
  "api.ts": astToString(await openapiTS(contract, { transform })),
  "documents.ts": astToString(await openapiTS(documents, { immutable: true })),
  "contract.ts": `import type { components } from "./documents.js";
export type Operation = components["schemas"]["operation"];
export type Field = components["schemas"]["field"];
export type Row = components["schemas"]["row"];
export const operations: readonly Operation[] = ${JSON.stringify(operations)};
export const exchangeTime = ${JSON.stringify(signing.inject.timestamp.correctedBy)};
export const errorTable: Record<"rows" | "httpStatuses", readonly Row[]> & { version: string } =
${await readFile(errorsPath, "utf8")};
`,
};
await mkdir(folder, { recursive: true });
await Promise.all(Object.entries(files).map(([name, text]) => writeFile(new URL(name, folder), text)));
