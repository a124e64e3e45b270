/**
 * Validation of answers: a verified success, or an error that says what is known of the order. The head of
 * spec/errors.yaml says how to find a row of the error table; spec/vectors/answers.json has the cases.
 */
import { parse } from "lossless-json";
import { signing } from "./generated/contract.js";
import { errorTable } from "./generated/errors.js";

/** What the signing layer reads of `x-bingx-signing`: which operation has the exchange's time, and in which field. */
export interface Signing {
  readonly inject: {
    readonly timestamp: { readonly correctedBy: { readonly operation: string; readonly field: string } };
  };
}

/** A field of an answer, or what each item of a list is. */
export interface Field {
  readonly name?: string;
  readonly type: string;
  readonly required?: boolean;
  readonly nullable: boolean;
  readonly fields?: readonly Field[];
  readonly items?: Field;
}

/** Words of which a field of a success holds one; for one value of a parameter, if it names one. */
export interface Requirement {
  readonly field: string;
  readonly words: readonly string[];
  readonly parameter?: string;
  readonly value?: string;
}

/** A list of orders in an answer: the ids that it accounts for, by parameter, and the fields that may hold one. */
export interface List {
  readonly in?: string;
  readonly accounts: readonly { readonly parameter: string; readonly fields: readonly string[] }[];
}

/** What the items of a list say, and the list of the orders that the request did not change. */
export interface Items extends List {
  readonly repeats: readonly string[];
  readonly requires: readonly Requirement[];
  readonly contradictedBy: readonly Requirement[];
  readonly failures?: List;
}

/** The words of an order's field; `executed` is the amount that is executed, `of` which other. */
export interface States {
  readonly field: string;
  readonly canceled: readonly string[];
  readonly filled: readonly string[];
  readonly failed: readonly string[];
  readonly open: readonly string[];
  readonly executed?: { readonly field: string; readonly of: string };
}

/** What settles doubt, whether a request may be repeated, and how the exchange lags, in seconds. */
export interface Outcome {
  readonly act?: string;
  readonly repeat: string;
  readonly states?: States;
  readonly settledBy?: {
    readonly operation: string;
    readonly with: Readonly<Record<string, string>>;
    readonly each: Readonly<Record<string, string>>;
  };
  readonly timing?: {
    readonly readsLag: number;
    readonly takesEffectWithin: number;
    readonly visibleWithin: number;
  };
}

/** An operation of the compiled contract; spec/schemas/operations.schema.json describes it. */
export interface Operation {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly signed: boolean;
  /** Parameters that the signing layer supplies. */
  readonly injected: readonly string[];
  /** Parameters of which exactly one must be given. */
  readonly exactlyOneOf: readonly string[];
  /** The one of them that is never used again. */
  readonly permanentId?: string;
  readonly outcome: Outcome;
  /** `data` of a success. */
  readonly data?: Field;
  readonly answer: {
    /** Parameters that a success repeats if they were given. */
    readonly repeats: readonly string[];
    readonly requires: readonly Requirement[];
    readonly items?: Items;
  };
}

/** The rules for a success. */
export type Rules = Pick<Operation, "id" | "data" | "answer" | "exactlyOneOf" | "permanentId" | "outcome">;

/** A row of the error table. */
export interface Row {
  readonly id: string;
  /** The operations that it is for; absent for any. */
  readonly operations?: readonly string[];
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
  /** The same where it differs for an act. */
  readonly adviceFor?: Readonly<Record<string, string>>;
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
  retryAt: number | undefined;
  /** After how many milliseconds, where the message does not say when. */
  readonly retryIn: number;
  /** Whether the answer says success and is not believed. */
  readonly isUnconfirmed: boolean;
  /** The id of the order that such an answer names, where it may be the one requested by another id. */
  order: bigint | undefined;
  /** The exchange's time, if the answer holds it. Unix time in milliseconds. */
  readonly serverTime: number | undefined;

  constructor(operation: string, { status, headers }: Answer, envelope?: Envelope, problem?: string) {
    const code = integer(envelope?.code);
    const said = typeof envelope?.msg === "string" ? envelope.msg : "";
    const message = normalised(said);
    const row = rowOf(operation, status, code, message);
    super([problem, said || row.meaning].filter(Boolean).join("; the exchange said: "));
    this.status = status;
    this.code = code;
    this.row = row;
    this.retryAt = number(row.waiting.until && new RegExp(row.waiting.until).exec(message)?.[1]);
    this.serverTime = number(envelope?.timestamp) ?? dateOf(headers);
    const retryAfter = /^\s*\d{1,9}\s*$/.exec(headers.get("Retry-After") ?? "")?.[0];
    this.retryIn = Number(retryAfter ?? row.waiting.seconds ?? 0) * 1000;
    this.isUnconfirmed = problem !== undefined;
  }
}

/**
 * Validates an answer. A success is believed if it names the order of the request and says that it is cancelled.
 */
export function validated(rules: Rules, parameters: Envelope, answer: Answer): Envelope | BingxError {
  const envelope = envelopeOf(answer.body, rules.data);
  if (!envelope || integer(envelope.code) !== 0n) {
    return new BingxError(rules.id, answer, envelope);
  }
  const problem = successProblem(rules, parameters, answer.status, envelope);
  if (!problem) {
    return envelope;
  }
  const error = new BingxError(rules.id, answer, envelope, problem);
  error.order = orderIn(rules, parameters, envelope.data);
  return error;
}

/** What an answer says of an order. All but open are final; open can be stale. */
export type OrderState = "canceled" | "filled" | "failed" | "open";

/** Returns the state of an order; a word that the contract does not list says nothing. */
export function stateOf(states: States, order: Envelope): OrderState | undefined {
  const known: OrderState[] = ["canceled", "filled", "failed", "open"];
  const state = known.find((name) => isOneOf(order[states.field], states[name]));
  return state === "canceled" && isExecuted(states, order) ? undefined : state;
}

/** Tells whether an order's other ids leave room for the order of the request. */
export function isSameOrder(rules: Rules, parameters: Envelope, order: Envelope): boolean {
  return !rules.exactlyOneOf.some((name) => {
    const [want, stated] = [parameters[name], order[name] ?? ""];
    const isOther = String(stated).toLowerCase() !== String(want).toLowerCase();
    return name !== rules.permanentId && want !== undefined && stated !== "" && isOther;
  });
}

function orderIn(rules: Rules, parameters: Envelope, data: unknown): bigint | undefined {
  if (!isObject(data) || !rules.permanentId || !isSameOrder(rules, parameters, data)) {
    return undefined;
  }
  const id = integer(data[rules.permanentId]);
  const isOther = String(data.symbol ?? parameters.symbol) !== String(parameters.symbol);
  return id !== undefined && id > 0n && !isOther ? id : undefined;
}

/** Tells whether a value is one of the words, in any case, with or without white space around it. */
function isOneOf(value: unknown, words: readonly string[]): boolean {
  // ASCII alone: some other letters become ASCII ones.
  return typeof value === "string" && /^[ -~\s]*$/.test(value) && words.includes(value.trim().toUpperCase());
}

function isExecuted({ executed }: States, order: Envelope): boolean {
  const [done, all] = [Number(executed && order[executed.field]), Number(executed && order[executed.of])];
  return all > 0 && done >= all;
}

/** Reads a JSON object, integers as bigints: an order id is past what a double can hold. */
export function readObject(text: string): Record<string, unknown> {
  const value = parse(text, null, (token) => (/^-?\d+$/.test(token) ? BigInt(token) : Number(token)));
  if (!isObject(value)) {
    throw new SyntaxError("is JSON, and no object");
  }
  return value;
}

/** Returns the exchange's time in a success of the operation that has it, in Unix milliseconds. */
export function serverTimeOf(result: Envelope | BingxError): number | undefined {
  const { field } = signing.inject.timestamp.correctedBy;
  return result instanceof BingxError || !isObject(result.data) ? undefined : number(result.data[field]);
}

function envelopeOf(body: string, data?: Field): Envelope | undefined {
  try {
    const envelope = readObject(body);
    const code = integer(envelope.code);
    return code === undefined ? undefined : { ...envelope, code, data: exact(envelope.data, data) };
  } catch {
    return undefined;
  }
}

/** Returns a value with its ids as integers; some answers carry them as text. */
function exact(value: unknown, field: Field | undefined): unknown {
  if (field?.type === "int64") {
    return integer(value) ?? value;
  }
  if (field?.items && Array.isArray(value)) {
    return value.map((item) => exact(item, field.items));
  }
  for (const within of isObject(value) ? (field?.fields ?? []) : []) {
    const { [within.name as string]: held } = value as Record<string, unknown>;
    if (held !== undefined) {
      (value as Record<string, unknown>)[within.name as string] = exact(held, within);
    }
  }
  return value;
}

function successProblem(
  { data: field, answer, outcome, exactlyOneOf, permanentId }: Rules,
  parameters: Envelope,
  status: number,
  envelope: Envelope,
): string | undefined {
  if (status !== 200 || envelope.success === false) {
    return "the answer says success and contradicts itself";
  }
  const lacking = field && lackingIn(envelope.data, { ...field, required: true });
  if (lacking) {
    return `the answer says success and lacks ${lacking}`;
  }
  const data = isObject(envelope.data) ? envelope.data : {};
  // The answer to a query by client order id may lack it; the exchange has looked it up.
  const mayLack = (name: string) =>
    outcome.act === "read" && name !== permanentId && exactlyOneOf.includes(name);
  const differs = (name: string) =>
    String(data[name] ?? "") !== String(parameters[name]) && !(mayLack(name) && (data[name] ?? "") === "");
  const other = answer.repeats.find((name) => Object.hasOwn(parameters, name) && differs(name));
  if (other) {
    return `the answer names another order: its ${other} is ${data[other]}`;
  }
  const unconfirmed = unmet(answer.requires, parameters, data)?.field;
  if (unconfirmed) {
    return `the answer says success and ${unconfirmed} ${data[unconfirmed]}`;
  }
  const { states } = outcome;
  if (states && outcome.act === "cancel" && !answer.items && isExecuted(states, data)) {
    return "the answer says success and contradicts itself: everything is executed";
  }
  const settled = outcome.act === "cancel" ? states : undefined;
  return answer.items && listProblem(answer.items, settled, parameters, envelope.data);
}

/** Returns the first rule for one of whose words an order, or other data, has another. */
function unmet(rules: readonly Requirement[], parameters: Envelope, data: Envelope): Requirement | undefined {
  const applies = ({ parameter, value }: Requirement) =>
    parameter === undefined || String(parameters[parameter]) === value;
  return rules.find((rule) => applies(rule) && !isOneOf(data[rule.field], rule.words));
}

function listProblem(
  items: Items,
  states: States | undefined,
  parameters: Envelope,
  data: unknown,
): string | undefined {
  const wrong = ordersIn(items, data).find(
    (order) =>
      items.repeats.some(
        (name) => Object.hasOwn(parameters, name) && String(order[name]) !== String(parameters[name]),
      ) ||
      items.contradictedBy.some(({ field, words }) => isOneOf(order[field], words)) ||
      unmet(items.requires, parameters, order) !== undefined ||
      (states !== undefined && isExecuted(states, order)),
  );
  if (wrong) {
    return `the answer says success and contradicts the request: ${wrong.orderId}`;
  }
  const given = items.accounts.filter(({ parameter }) => Object.hasOwn(parameters, parameter));
  const ids = given.flatMap(({ parameter }) =>
    String(parameters[parameter])
      .split(",")
      .map((id) => `${parameter} ${id}`),
  );
  const left = new Set(ids);
  const lists = items.failures ? [items, items.failures] : [items];
  const strike = (list: List) =>
    ordersIn(list, data).every((order) =>
      list.accounts
        .flatMap(({ parameter, fields }) =>
          fields.map((field) => left.delete(`${parameter} ${order[field]}`)),
        )
        .includes(true),
    );
  return left.size > 0 && !(lists.every(strike) && left.size === 0)
    ? "the answer does not account for each order of the request once"
    : undefined;
}

/** Returns the items of a list, which may be absent or null. */
export function ordersIn(list: List, data: unknown): readonly Record<string, unknown>[] {
  const found = list.in === undefined ? data : isObject(data) ? data[list.in] : undefined;
  return Array.isArray(found) ? found.filter(isObject) : [];
}

/** Returns what a value lacks of the field that it is. */
function lackingIn(value: unknown, field: Field): string | undefined {
  const name = field.name ?? "an item";
  if (value === undefined || value === null) {
    return !field.required || (field.nullable && value === null) ? undefined : name;
  }
  if (field.items) {
    const item = { ...field.items, name, required: true };
    return Array.isArray(value) ? value.map((one) => lackingIn(one, item)).find(Boolean) : name;
  }
  if (!field.fields) {
    return undefined;
  }
  const within = field.fields;
  return isObject(value)
    ? within.map((one) => lackingIn(value[one.name as string], one)).find(Boolean)
    : name;
}

function rowOf(operation: string, status: number, code: bigint | undefined, message: string): Row {
  const rows = code === undefined ? errorTable.httpStatuses : errorTable.rows;
  const matches = (row: Row) =>
    (!row.operations || row.operations.includes(operation)) &&
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
