/**
 * Validation of answers: a verified success, or an error that says what is known of the order. The head of
 * spec/errors.yaml says how to find a row of the error table; spec/vectors/answers.json has the cases.
 */
import { parse } from "lossless-json";
import { errorTable, exchangeTime, type Field, type Operation, type Row } from "./generated/contract.js";

type Items = NonNullable<Operation["answer"]["items"]>;
type List = Pick<Items, "in" | "accounts">;
type States = NonNullable<Operation["outcome"]["states"]>;

/** Characters of the exchange's text that are read: it has a hundred, and a million would take seconds to match. */
const LONGEST_TEXT = 10_000;

/** An HTTP answer. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

/** The JSON object of an answer. Integers are bigints, other numbers their text. */
export type Envelope = Readonly<Record<string, unknown>>;

/** An answer that is not a verified success. */
export class BingxError extends Error {
  override readonly name = "BingxError";
  /** The HTTP status. */
  readonly status: number;
  /** The exchange's code, if the answer has one; 0 if it says success and is not believed. */
  readonly code: bigint | undefined;
  /** The row of the error table. */
  readonly row: Row;
  /** When the exchange accepts requests again, if its message says so. Unix time in milliseconds. */
  retryAt: number | undefined;
  /** After how many milliseconds, where the message does not say when. */
  readonly retryIn: number;
  /** The id of the order that an unbelieved success names, where it may be the one requested by another id. */
  readonly order: bigint | undefined;
  /** Whether a success that is not believed names the order by its permanent id, and another trading pair. */
  isOfAnotherPair = false;
  /** The exchange's time, if the answer holds it. Unix time in milliseconds. */
  readonly serverTime: number | undefined;

  constructor(operation: string, answer: Answer, envelope?: Envelope, problem?: string, order?: bigint) {
    const code = integer(envelope?.code);
    const said = textIn(envelope);
    const message = normalised(said);
    const row = rowOf(operation, answer.status, code, message);
    super([problem, said || row.meaning].filter(Boolean).join("; the exchange said: "));
    this.status = answer.status;
    this.code = code;
    this.row = row;
    this.retryAt = number(row.waiting.until && new RegExp(row.waiting.until, "s").exec(message)?.[1]);
    const retryAfter = /^\s*\d{1,9}\s*$/.exec(answer.headers.get("Retry-After") ?? "")?.[0];
    this.retryIn = Number(retryAfter ?? row.waiting.seconds ?? 0) * 1000;
    this.order = order;
    this.serverTime = number(envelope?.timestamp) ?? dateOf(answer.headers);
  }
}

/** Validates an answer. A success is believed if it names the order of the request and says that it is cancelled. */
export function validated(operation: Operation, parameters: Envelope, answer: Answer): Envelope | BingxError {
  const envelope = envelopeOf(answer.body);
  if (envelope?.code !== 0n) {
    return new BingxError(operation.id, answer, envelope);
  }
  const [problem] = problems(operation, parameters, answer.status, envelope);
  if (!problem) {
    return envelope;
  }
  const order = orderIn(operation, parameters, envelope.data);
  const error = new BingxError(operation.id, answer, envelope, problem, order);
  error.isOfAnotherPair = isOfAnotherPair(operation, parameters, envelope.data);
  return error;
}

/** What an answer says of an order. All but open are final; open can be stale. */
export type OrderState = "canceled" | "filled" | "failed" | "open";

/** Returns the state of an order; a word that the contract does not list says nothing. */
export function stateOf(states: States | undefined, order: Envelope): OrderState | undefined {
  const known: OrderState[] = ["canceled", "filled", "failed", "open"];
  const state = states && known.find((name) => isOneOf(order[states.field], states[name]));
  const { field = "", of = "" } = states?.executed ?? {};
  const [executed, ordered] = [amount(order[field]), amount(order[of])];
  const isExecuted = ordered > 0n && executed >= ordered;
  return state === "canceled" && isExecuted ? undefined : state;
}

/** Tells whether an order's symbol and other ids leave room for the order of the request. */
export function isSameOrder(operation: Operation, parameters: Envelope, order: Envelope): boolean {
  return [...operation.exactlyOneOf, "symbol"].every((name) => {
    const [want, stated] = [parameters[name], order[name] ?? ""];
    const isFree = name === operation.permanentId || want === undefined || stated === "";
    return isFree || String(stated).toLowerCase() === String(want).toLowerCase();
  });
}

/** Tells whether a query by the permanent id finds the order, and finds it under another trading pair. */
function isOfAnotherPair({ permanentId = "" }: Operation, parameters: Envelope, data: unknown): boolean {
  const order = isObject(data) ? data : {};
  const [named, asked] = [order, parameters].map((ids) => ids[permanentId]);
  const [spelt = "", want = ""] = [order, parameters].map(({ symbol }) => String(symbol ?? "").toLowerCase());
  const pair = spelt.replaceAll(/[_/]/g, "-");
  const isFound = pair !== "" && asked !== undefined && String(named) === String(asked);
  return isFound && pair !== want && pair !== want.replaceAll("-", "");
}

/** Returns the items of a list, which may be absent or null. */
export function ordersIn(list: List, data: unknown): readonly Record<string, unknown>[] {
  const found = list.in === undefined ? data : isObject(data) ? data[list.in] : undefined;
  return Array.isArray(found) ? found.filter(isObject) : [];
}

/** Reads a JSON object, integers as bigints: an order id is past what a double can hold. */
export function readObject(
  text: string,
  other: (token: string) => unknown = Number,
): Record<string, unknown> {
  const value = parse(text, null, (token) => (/^-?\d+$/.test(token) ? BigInt(token) : other(token)));
  // The parser keeps one of two equal members of one name.
  const written = text.replace(/"(?:[^"\\]|\\.)*"/g, "").split(":").length - 1;
  if (!isObject(value) || membersIn(value) !== written) {
    throw new SyntaxError("is no JSON object, or has a name twice");
  }
  return value;
}

function membersIn(value: unknown): number {
  const within = typeof value === "object" && value !== null ? Object.values(value) : [];
  return within.reduce((sum: number, one) => sum + membersIn(one), isObject(value) ? within.length : 0);
}

/** Returns the exchange's time in `data` of the operation that has it, in Unix milliseconds. */
export function serverTimeOf(data: Envelope): number | undefined {
  return number(data[exchangeTime.field]);
}

/** Yields what speaks against a success. Ids that come as text become integers. */
function* problems(
  { id, data: field, answer, outcome, exactlyOneOf, permanentId }: Operation,
  parameters: Envelope,
  status: number,
  envelope: Record<string, unknown>,
): Generator<string> {
  if (status !== 200 || envelope.success === false) {
    yield "the answer says success and contradicts itself";
  }
  const lacks: string[] = [];
  envelope.data = field ? exact(envelope.data, { ...field, required: true }, lacks) : envelope.data;
  yield* lacks.map((name) => `the answer says success and lacks ${name}`);

  const { data } = envelope;
  const { items } = answer;
  const { repeats, requires } = items ?? answer;
  const lists = [items, items?.failures].filter((list) => list !== undefined);
  const isEmpty = items && lists.every((list) => ordersIn(list, data).length === 0);
  // An exchange that is busy lists nothing either.
  if (isEmpty && saysFailure(id, textIn(envelope))) {
    yield "the answer says success and lists nothing";
  }
  // The answer to a query by client order id may lack it; the exchange has looked it up.
  const mayLack = (name: string) =>
    outcome.act === "read" && name !== permanentId && exactlyOneOf.includes(name);
  for (const order of items ? ordersIn(items, data) : [isObject(data) ? data : {}]) {
    const isOther = (name: string) =>
      parameters[name] !== undefined &&
      String(order[name] ?? "") !== (mayLack(name) && !order[name] ? "" : String(parameters[name]));
    const applies = ({ parameter, value }: { parameter?: string; value?: string }) =>
      parameter === undefined || String(parameters[parameter]) === value;
    const others = repeats.filter(isOther);
    yield* others.map((name) => `the answer names another order: its ${name} is ${order[name]}`);
    const wrong = requires.filter((rule) => applies(rule) && !isOneOf(order[rule.field], rule.words));
    yield* wrong.map(({ field }) => `the answer says success and ${field} ${order[field]}`);
    // Nothing is cancelled of which everything is executed.
    if (outcome.act === "cancel" && outcome.states && stateOf(outcome.states, order) !== "canceled") {
      yield "the answer says success and contradicts itself: an order is not cancelled";
    }
  }

  const named = items?.accounts.find(({ parameter }) => parameters[parameter] !== undefined)?.parameter;
  const left = new Set(named === undefined ? [] : String(parameters[named]).split(","));
  const strike = (list: List, order: Envelope) => {
    const fields = list.accounts.find(({ parameter }) => parameter === named)?.fields ?? [];
    return fields.map((name) => left.delete(String(order[name]))).includes(true);
  };
  const isWhole = lists.every((list) => ordersIn(list, data).every((order) => strike(list, order)));
  if (named !== undefined && !(isWhole && left.size === 0)) {
    yield "the answer does not account for each order of the request once";
  }
  const ids = items?.failures?.accounts.flatMap(({ fields }) => fields) ?? [];
  for (const order of items?.failures ? ordersIn(items.failures, data) : []) {
    const said = Object.entries(order).filter(([name]) => !ids.includes(name));
    if (said.some(([, value]) => typeof value === "string" && leavesDoubt(id, value))) {
      yield "the answer lists an order as failed that may yet be changed";
    }
  }
}

/** Returns a value with its ids as integers and its amounts as texts, and adds the names of what it lacks. */
function exact(value: unknown, field: Field, lacks: string[]): unknown {
  const { name, required, nullable, type, items, fields } = field;
  if (value === undefined || value === null) {
    lacks.push(...(required && !(nullable && value === null) ? [name] : []));
  } else if (type === "int64") {
    return integer(value) ?? value;
  } else if (type === "decimal") {
    return typeof value === "bigint" ? String(value) : value;
  } else if (items && Array.isArray(value)) {
    return value.map((item) => exact(item, { ...items, name, required: true }, lacks));
  } else if (fields && isObject(value)) {
    const held = fields.map((within) => [within.name, exact(value[within.name], within, lacks)]);
    return { ...value, ...Object.fromEntries(held.filter(([, part]) => part !== undefined)) };
  } else if (items || fields) {
    lacks.push(name);
  }
  return value;
}

/** Returns the permanent id of what may be the order of a request, if it states one. */
export function orderIn(operation: Operation, parameters: Envelope, data: unknown): bigint | undefined {
  if (!isObject(data) || !operation.permanentId || !isSameOrder(operation, parameters, data)) {
    return undefined;
  }
  const id = integer(data[operation.permanentId]);
  return id !== undefined && id > 0n ? id : undefined;
}

/** Tells whether a value is one of the words, in any case, with or without white space around it. */
function isOneOf(value: unknown, words: readonly string[]): boolean {
  // ASCII alone: some other letters become ASCII ones.
  return typeof value === "string" && /^[ -~\s]*$/.test(value) && words.includes(value.trim().toUpperCase());
}

/** Reads an amount exactly, in units far below any that is traded; -1 for what is none. */
function amount(value: unknown): bigint {
  const read = /^\s*\+?(\d{1,40})(?:\.(\d{0,40}))?(?:e([+-]?\d\d?))?\s*$/i.exec(String(value));
  const [, whole = "", fraction = "", exponent = "0"] = read ?? [];
  return read ? BigInt(whole + fraction) * 10n ** BigInt(139 - fraction.length + Number(exponent)) : -1n;
}

function envelopeOf(body: string): Record<string, unknown> | undefined {
  try {
    const envelope = readObject(body, String);
    const code = integer(envelope.code);
    return code === undefined ? undefined : { ...envelope, code };
  } catch {
    return undefined;
  }
}

function rowOf(operation: string, status: number, code: bigint | undefined, message: string): Row {
  const rows = code === undefined ? errorTable.httpStatuses : errorTable.rows;
  // Each list ends with a row that matches everything.
  return rows.find((row) => matches(row, operation, status, code, message)) as Row;
}

function matches(
  row: Row,
  operation: string,
  status: number,
  code: bigint | undefined,
  message: string,
): boolean {
  return (
    (!row.operations || row.operations.includes(operation)) &&
    (!row.codes || row.codes.includes(Number(code))) &&
    (!row.statuses || (row.statuses.from <= status && status <= row.statuses.to)) &&
    (!row.message || new RegExp(row.message, "s").test(message))
  );
}

/** Tells whether a text beside an empty list leaves doubt: only none and known good ones do not. */
function saysFailure(operation: string, said: string): boolean {
  const rows = rowsOf(operation, said);
  const isBad = ({ category, id }: Row) => category !== "notOpen" && id !== "success-text";
  return normalised(said) !== "" && (rows.length === 0 || rows.some(isBad));
}

/** Tells whether a text about an order that failed says that it may yet be changed. */
function leavesDoubt(operation: string, said: string): boolean {
  return rowsOf(operation, said)[0]?.order === "unknown";
}

/** Returns the rows that a text matches, whatever the code. */
function rowsOf(operation: string, said: string): Row[] {
  const message = normalised(said);
  const decides = (row: Row) => row.message && !row.codes;
  return errorTable.rows.filter((row) => decides(row) && matches(row, operation, 200, 0n, message));
}

function textIn(envelope: Envelope | undefined): string {
  return typeof envelope?.msg === "string" ? envelope.msg.slice(0, LONGEST_TEXT) : "";
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
  const digits = integer(value);
  return digits === undefined ? undefined : Number(digits);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
