/**
 * Validation of answers: a verified success, or an error that says what is known of the order. The head of
 * spec/errors.yaml says how to find a row of the error table; spec/vectors/answers.json has the cases.
 */
import { parse } from "lossless-json";
import { int64Names } from "./generated/contract.js";
import { errorTable } from "./generated/errors.js";

/** The contract's data of an operation. */
export interface Operation {
  readonly operationId: string;
  readonly method: string;
  readonly path: string;
  readonly signed: boolean;
  /** Parameters of which exactly one must be given. */
  readonly exactlyOneOf: readonly string[];
  /** Fields that `data` of a success holds. */
  readonly required: readonly string[];
  /** Parameters that a success repeats if they were given. */
  readonly repeats: readonly string[];
  /** The words of which a success carries one, by field. */
  readonly confirmedBy: Readonly<Record<string, readonly string[]>>;
}

/** The rules for a success. */
export type Rules = Pick<Operation, "required" | "repeats" | "confirmedBy">;

/** A row of the error table. */
export interface Row {
  readonly id: string;
  readonly codes?: readonly number[];
  readonly message?: string;
  readonly statuses?: { readonly from: number; readonly to: number };
  readonly meaning: string;
  /** The state of the order by the answer; only a query shows that of one that is `notOpen`. */
  readonly order: "untouched" | "notOpen" | "unknown";
  readonly category: string;
  readonly waiting: { readonly helps: boolean; readonly until?: string; readonly seconds?: number };
  /** What a person can do. */
  readonly advice: string;
}

/** The error table: rows for answers with an envelope, and for those without. */
export interface ErrorTable {
  readonly version: string;
  readonly rows: readonly Row[];
  readonly httpStatuses: readonly Row[];
}

/** An HTTP answer. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

/** The JSON object of an answer. Integers are bigints. */
export type Envelope = Readonly<Record<string, unknown>>;

/** An answer that is not a verified success. */
export class BingxError extends Error {
  override readonly name = "BingxError";
  /** The HTTP status. */
  readonly status: number;
  /** The exchange's code, if the answer has one. */
  readonly code: bigint | undefined;
  /** The row of the error table. */
  readonly row: Row;
  /** When the exchange accepts requests again, if its message says so. Unix time in milliseconds. */
  readonly retryAt: number | undefined;
  /** The exchange's time, if the answer holds it. Unix time in milliseconds. */
  readonly serverTime: number | undefined;

  constructor({ status, headers }: Answer, envelope?: Envelope, problem?: string) {
    const code = integer(envelope?.code);
    const said = typeof envelope?.msg === "string" ? envelope.msg : "";
    const message = normalised(said);
    const row = rowOf(status, code, message);
    super([problem, said || row.meaning].filter(Boolean).join("; the exchange said: "));
    this.status = status;
    this.code = code;
    this.row = row;
    this.retryAt = number(row.waiting.until && new RegExp(row.waiting.until).exec(message)?.[1]);
    this.serverTime = number(envelope?.timestamp) ?? dateOf(headers);
  }
}

/**
 * Validates an answer. A success is believed if it names the order of the request and says that it is cancelled.
 */
export function validated(rules: Rules, parameters: Envelope, answer: Answer): Envelope | BingxError {
  const envelope = envelopeOf(answer.body);
  if (!envelope || integer(envelope.code) !== 0n) {
    return new BingxError(answer, envelope);
  }
  const problem = successProblem(rules, parameters, answer.status, envelope);
  return problem ? new BingxError(answer, envelope, problem) : envelope;
}

/** Reads a JSON object, integers as bigints: an order id is past what a double can hold. */
export function readObject(text: string): Record<string, unknown> {
  const value = parse(text, null, (token) => (/^-?\d+$/.test(token) ? BigInt(token) : Number(token)));
  if (!isObject(value)) {
    throw new SyntaxError("is JSON, and no object");
  }
  return value;
}

/** Returns the time in a success of `serverTime`, in Unix milliseconds. */
export function serverTimeOf(result: Envelope | BingxError): number | undefined {
  return result instanceof BingxError || !isObject(result.data) ? undefined : number(result.data.serverTime);
}

function envelopeOf(body: string): Envelope | undefined {
  try {
    const envelope = readObject(body);
    if (isObject(envelope.data)) {
      // Some answers carry an id as text.
      for (const name of int64Names) {
        envelope.data[name] &&= integer(envelope.data[name]) ?? envelope.data[name];
      }
    }
    const code = integer(envelope.code);
    return code === undefined ? undefined : { ...envelope, code };
  } catch {
    return undefined;
  }
}

function successProblem(
  rules: Rules,
  parameters: Envelope,
  status: number,
  envelope: Envelope,
): string | undefined {
  if (status !== 200 || envelope.success === false) {
    return "the answer says success and contradicts itself";
  }
  const data = isObject(envelope.data) ? envelope.data : {};
  const lacking = rules.required.find((name) => (data[name] ?? null) === null);
  if (lacking) {
    return `the answer says success and lacks ${lacking}`;
  }
  const differs = (name: string) => String(data[name] ?? "") !== String(parameters[name]);
  const other = rules.repeats.find((name) => Object.hasOwn(parameters, name) && differs(name));
  if (other) {
    return `the answer names another order: its ${other} is ${data[other]}`;
  }
  const confirms = ([name, words]: [string, readonly string[]]) =>
    words.includes(String(data[name]).trim().toUpperCase());
  const unconfirmed = Object.entries(rules.confirmedBy).find((rule) => !confirms(rule))?.[0];
  return unconfirmed && `the answer says success and ${unconfirmed} ${data[unconfirmed]}`;
}

function rowOf(status: number, code: bigint | undefined, message: string): Row {
  const rows = code === undefined ? errorTable.httpStatuses : errorTable.rows;
  const matches = (row: Row) =>
    (!row.codes || row.codes.includes(Number(code))) &&
    (!row.statuses || (row.statuses.from <= status && status <= row.statuses.to)) &&
    (!row.message || new RegExp(row.message).test(message));
  // Each list ends with a row that matches everything.
  return rows.find(matches) as Row;
}

function normalised(message: string): string {
  const lower = message.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  return lower.replace(/[ \t\r\n]+/g, " ").replace(/^ | $/g, "");
}

function dateOf(headers: Headers): number | undefined {
  // Date.parse accepts more than dates of HTTP.
  const date = /^\w{3}, \d{2} \w{3} \d{4} \d{2}:\d{2}:\d{2} GMT$/.exec(headers.get("Date") ?? "")?.[0];
  const time = Date.parse(date ?? "");
  // It counts whole seconds; take the middle.
  return Number.isNaN(time) ? undefined : time + 500;
}

/** Reads a code, an id or a time, which may be a text: its digits are exact either way. */
function integer(value: unknown): bigint | undefined {
  const isText = typeof value === "string" && /^\d{1,19}$/.test(value);
  return isText ? BigInt(value) : typeof value === "bigint" ? value : undefined;
}

function number(value: unknown): number | undefined {
  const exact = integer(value);
  return exact === undefined ? undefined : Number(exact);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
