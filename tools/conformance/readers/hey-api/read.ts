// Reads each answer with its generated schema, and prints what the model holds.
import { readFileSync } from "node:fs";
import { parse, stringify } from "lossless-json";
import type { ZodType } from "zod";
import * as generated from "./generated/zod.gen.js";

const schemas = generated as unknown as Record<string, ZodType>;

/** An integer that no double holds. */
function number(text: string): number | bigint {
  const value = Number(text);
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? BigInt(text) : value;
}

for (const line of readFileSync(process.env.ANSWERS ?? "", "utf8").trimEnd().split("\n")) {
  const [id, model, body = ""] = line.split("\t");
  const read = schemas[`z${model}`]?.safeParse(parse(body, undefined, number));
  console.log(`${id}\t${read?.success ? stringify(read.data) : read?.error.issues[0]?.message}`);
}
