/**
 * Signing of a request's parameters: canonical string, then HMAC-SHA256. The rules are those of spec/signing.md;
 * spec/vectors/signing.json has the cases. This module does not use HTTP.
 */
import { createHmac } from "node:crypto";

// Any of these could forge a second parameter in the canonical string.
const FORBIDDEN = /[&=?\r\n]/;
// A name is not URL-encoded, so `#` in it would cut off a query string.
const FORBIDDEN_IN_NAMES = /[&=?#\r\n]/;

/** The caller's names and values. One that cannot be signed is refused at run time. */
export type Parameters = Iterable<readonly [name: string, value: unknown]>;

/** A parameter with the text of its value that is both signed and sent, and the same as JSON. */
export interface Pair {
  readonly name: string;
  readonly text: string;
  readonly json: string;
}

/** A parameter is not allowed. Nothing was sent. */
export class InvalidParameter extends Error {
  override readonly name = "InvalidParameter";
  readonly parameter: string;

  constructor(parameter: string, problem: string) {
    super(`${parameter} ${problem}`);
    this.parameter = parameter;
  }
}

/**
 * Sorts the parameters by name and gives each its text. The signature of an earlier attempt is left out.
 *
 * @throws {InvalidParameter} A name or a value cannot be signed, or a name is given twice.
 */
export function signable(parameters: Parameters): Pair[] {
  const given = [...parameters].filter(([name]) => name !== "signature");
  // By name only: `order` comes before `order2`.
  const sorted = given.sort(([one], [other]) => (one < other ? -1 : 1));
  return sorted.map(([name, value], index) => {
    if (name === sorted[index - 1]?.[0]) {
      throw new InvalidParameter(name, "is given twice");
    }
    checked(name, name, FORBIDDEN_IN_NAMES);
    const text = textOf(value, name);
    return { name, text, json: typeof value === "string" ? JSON.stringify(text) : text };
  });
}

/** Returns the text to sign: `key=value` joined by `&`, nothing URL-encoded. */
export function canonicalString(pairs: readonly Pair[]): string {
  return pairs.map(({ name, text }) => `${name}=${text}`).join("&");
}

/** Computes the signature: lower-case hex HMAC-SHA256 of the canonical string under the API secret. */
export function sign(canonical: string, secret: string): string {
  return createHmac("sha256", secret).update(canonical).digest("hex");
}

/** Appends the signature, which is last in every placement. */
export function withSignature(pairs: readonly Pair[], signature: string): Pair[] {
  return [...pairs, { name: "signature", text: signature, json: JSON.stringify(signature) }];
}

/** Writes the pairs as a JSON object, numbers in the very text that was signed. */
export function jsonBody(pairs: readonly Pair[]): string {
  return `{${pairs.map(({ name, json }) => `${JSON.stringify(name)}:${json}`).join(",")}}`;
}

/** Writes the pairs as a query string or form body, values URL-encoded: only now, after signing. */
export function queryString(pairs: readonly Pair[]): string {
  return pairs.map(({ name, text }) => `${name}=${percentEncoded(text)}`).join("&");
}

function textOf(value: unknown, name: string): string {
  switch (typeof value) {
    case "string":
      return checked(value, name);
    case "bigint":
    case "boolean":
      return String(value);
  }
  if (Number.isFinite(value)) {
    return numberText(value as number);
  }
  throw new InvalidParameter(name, "is no text, finite number or boolean");
}

function numberText(value: number): string {
  if (Number.isInteger(value)) {
    // From 1e21 on a number prints itself with an exponent, and -0 is written 0.
    return BigInt(value).toString();
  }
  // Below 1e-6 likewise: 1.25e-9 is 0.00000000125.
  const [, minus, digits, exponent] = /^(-?)([\d.]+)e-(\d+)$/.exec(String(value)) ?? [];
  return digits ? `${minus}0.${"0".repeat(Number(exponent) - 1)}${digits.replace(".", "")}` : String(value);
}

function checked(text: string, name: string, forbiddenIn = FORBIDDEN): string {
  if (!text.isWellFormed()) {
    throw new InvalidParameter(name, "holds half of a surrogate pair");
  }
  const forbidden = forbiddenIn.exec(text);
  if (forbidden) {
    throw new InvalidParameter(name, `holds ${JSON.stringify(forbidden[0])}`);
  }
  return text;
}

function percentEncoded(text: string): string {
  const left = (character: string) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
  return encodeURIComponent(text).replace(/[!'()*]/g, left);
}
