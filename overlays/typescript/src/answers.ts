/**
 * Validation of answers: a verified success, or an error that says what is known of the order. The head of
 * spec/errors.yaml says how to find a row of the error table; spec/vectors/answers.json has the cases.
 */
import { LosslessNumber, parse } from "lossless-json";
import { errorTable, exchangeTime, type Field, type Operation, type Row } from "./generated/contract.js";

type Items = NonNullable<Operation["answer"]["items"]>;
type List = Pick<Items, "in" | "accounts">;
type States = NonNullable<Operation["outcome"]["states"]>;

/** Characters of the exchange's text that are read: it has a hundred, and a million would take seconds to match. */
const LONGEST_TEXT = 2000;
/** Empty where it does not apply. */
const AMOUNT = /^([-+]?[0-9]{1,64}(\.[0-9]{1,64})?([eE][-+]?[0-9]{1,3})?)?$/;
/** JSON can spell half of a surrogate pair, which is no character; parsers differ about it. */
const ESCAPED_PAIR = /\\\\|\\ud[89ab]..\\ud[c-f]/gi;
const HALF_SURROGATE = /\\ud[89a-f]/i;

/** An HTTP answer. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

/** The JSON object of an answer. Integers are bigints, other numbers keep their digits. */
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
    const until =
      (dateIn(answer.headers, "Retry-After") ?? Number.NaN) - (dateIn(answer.headers, "Date") ?? 0);
    this.retryIn = until || Number(retryAfter ?? row.waiting.seconds ?? 0) * 1000;
    this.order = order;
    // A date counts whole seconds; take the middle.
    const date = dateIn(answer.headers, "Date");
    this.serverTime = number(envelope?.timestamp) ?? (date && date + 500);
  }
}

/** Validates an answer. A success is believed if it names the order of the request and says that it is cancelled. */
export function validated(operation: Operation, parameters: Envelope, answer: Answer): Envelope | BingxError {
  const received = envelopeOf(answer.body);
  if (received?.code !== 0n) {
    return new BingxError(operation.id, answer, received);
  }
  const misfits: string[] = [];
  const envelope = fitted(operation, parameters, received, misfits);
  const [problem = misfits[0]] = problems(operation, parameters, answer.status, envelope);
  if (!problem) {
    return envelope;
  }
  const isNamed = parameters[operation.permanentId ?? ""] !== undefined;
  const order = isNamed ? undefined : orderIn(operation, parameters, envelope.data);
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
  const isHalf = HALF_SURROGATE.test(text.replace(ESCAPED_PAIR, " "));
  if (!isObject(value) || membersIn(value) !== written || isHalf) {
    throw new SyntaxError("is no JSON object that every parser reads alike");
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

/** Returns a success as the contract has it, and adds what does not fit. */
function fitted(operation: Operation, parameters: Envelope, received: Envelope, misfits: string[]): Envelope {
  const { answer, data: field, exactlyOneOf, outcome, permanentId = "" } = operation;
  let { data } = received;
  if (outcome.act === "read" && parameters[permanentId] !== undefined && isObject(data)) {
    // An id that is never used again names the order without its pair.
    const names = answer.repeats.filter((name) => !exactlyOneOf.includes(name));
    const spared = names.map((name) => [name, parameters[name]]);
    const stated = Object.entries(data).filter(([, value]) => value !== null);
    data = { ...data, ...Object.fromEntries([...spared, ...stated]) };
  }
  const fields = [...(operation.envelope ?? []), ...(field ? [{ ...field, required: true }] : [])];
  const whole = { name: "", type: "object", required: true, nullable: false, fields } as const;
  return exact({ ...received, data }, whole, misfits, spareIn(operation, parameters)) as Envelope;
}

/** Yields what speaks against a success. */
function* problems(
  { id, answer, outcome, exactlyOneOf, permanentId = "" }: Operation,
  parameters: Envelope,
  status: number,
  envelope: Envelope,
): Generator<string> {
  if (status !== 200 || envelope.success === false) {
    yield "the answer says success and contradicts itself";
  }
  const { data } = envelope;
  const { items } = answer;
  const { repeats, requires } = items ?? answer;
  const lists = [items, items?.failures].filter((list) => list !== undefined);
  const isEmpty = items && lists.every((list) => ordersIn(list, data).length === 0);
  // An exchange that is busy lists nothing either.
  if (isEmpty && saysFailure(id, textIn(envelope))) {
    yield "the answer says success and lists nothing";
  }
  // A query may lack the client order id by which the exchange has looked the order up, and spell a pair otherwise.
  const isAlike = (name: string, stated: string) =>
    exactlyOneOf.includes(name)
      ? stated === "" && name !== permanentId
      : stated.toLowerCase() === String(parameters[name]).toLowerCase();
  for (const order of items ? ordersIn(items, data) : [isObject(data) ? data : {}]) {
    if ((integer(order[permanentId]) ?? 1n) <= 0n) {
      yield "the answer names no order";
    }
    const isOther = (name: string) => {
      const [want, stated] = [parameters[name], String(order[name] ?? "")];
      return (
        want !== undefined && stated !== String(want) && !(outcome.act === "read" && isAlike(name, stated))
      );
    };
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

/** Tells which fields decide nothing: a price that cannot be read is no reason to doubt what a query says. */
function spareIn({ outcome }: Operation, parameters: Envelope): (field: Field) => boolean {
  const { field, of } = outcome.states?.executed ?? {};
  return ({ name, required }) =>
    outcome.act === "read" && !required && ![...Object.keys(parameters), "success", field, of].includes(name);
}

/**
 * Returns a value with its ids as integers and its amounts as texts, without what does not fit and is spare, and adds what
 * else does not fit.
 */
function exact(value: unknown, field: Field, misfits: string[], isSpare: (field: Field) => boolean): unknown {
  const { name, required, nullable, type, items, fields, enum: words } = field;
  if (value === undefined || value === null) {
    // An optional field may be null, but no word, object or list can be read from it.
    const isUnread = value === null && (words || items || fields);
    const lacks = (required || isUnread) && !(nullable && value === null);
    misfits.push(...(lacks ? [`the answer says success and lacks ${name}`] : []));
  } else if (items && Array.isArray(value)) {
    return value.map((item) => exact(item, { ...items, name, required: true }, misfits, isSpare));
  } else if (fields && isObject(value)) {
    const held = { ...value };
    for (const within of fields) {
      const inner: string[] = [];
      held[within.name] = exact(held[within.name], within, inner, isSpare);
      if (held[within.name] === undefined || (inner.length > 0 && isSpare(within))) {
        delete held[within.name];
      }
      misfits.push(...(isSpare(within) ? [] : inner));
    }
    return held;
  } else if (!fitsType(value, type)) {
    misfits.push(`the answer says success and ${name} is of another type`);
  } else if (type === "int64") {
    return integer(value);
  } else if (type === "decimal") {
    return String(value);
  }
  return value;
}

/** Tells whether a value is of a type of the contract. */
function fitsType(value: unknown, type: Field["type"]): boolean {
  const isNumber = typeof value === "bigint" || value instanceof LosslessNumber;
  switch (type) {
    case "int64":
    case "int32":
      return integer(value) !== undefined;
    case "decimal":
      return (isNumber || typeof value === "string") && AMOUNT.test(String(value));
    case "double":
      return isNumber;
    case "object":
      return isObject(value);
    case "array":
      return Array.isArray(value);
    default:
      return typeof value === type;
  }
}

/** Returns the permanent id of what may be the order of a request, if it states one. */
export function orderIn(operation: Operation, parameters: Envelope, data: unknown): bigint | undefined {
  if (!isObject(data) || !isSameOrder(operation, parameters, data)) {
    return undefined;
  }
  const id = integer(data[operation.permanentId ?? ""]);
  return id !== undefined && id > 0n ? id : undefined;
}

/** Tells whether a value is one of the words, in any case, with or without white space around it. */
function isOneOf(value: unknown, words: readonly string[]): boolean {
  return typeof value === "string" && words.some((word) => normalised(word) === normalised(value));
}

/** Reads an amount exactly, in units far below any that is traded; -1 for what is none. */
function amount(value: unknown): bigint {
  const read = AMOUNT.test(String(value)) && /^\+?(\d+)\.?(\d*)e?(.*)$/i.exec(String(value));
  const [, whole = "", fraction = "", exponent = "0"] = read || [];
  return read ? BigInt(whole + fraction) * 10n ** BigInt(1063 - fraction.length + Number(exponent)) : -1n;
}

function envelopeOf(body: string): Record<string, unknown> | undefined {
  try {
    const envelope = readObject(body, (token) => new LosslessNumber(token));
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

function dateIn(headers: Headers, name: string): number | undefined {
  // Date.parse accepts more than dates of HTTP.
  const date = /^\w{3}, \d{2} \w{3} \d{4} \d{2}:\d{2}:\d{2} GMT$/.exec(headers.get(name) ?? "")?.[0];
  const time = Date.parse(date ?? "");
  return Number.isNaN(time) ? undefined : time;
}

/** Reads a code, an id or a time, which may be a text: its digits are exact either way. */
function integer(value: unknown): bigint | undefined {
  const isText = typeof value === "string" && /^\d{1,19}$/.test(value);
  const read = isText ? BigInt(value) : value;
  return typeof read === "bigint" && BigInt.asIntN(64, read) === read ? read : undefined;
}

function number(value: unknown): number | undefined {
  const digits = integer(value);
  return digits === undefined ? undefined : Number(digits);
}

function isObject(value: unknown): value is Record<string, unknown> {
  const isNumber = value instanceof LosslessNumber;
  return typeof value === "object" && value !== null && !Array.isArray(value) && !isNumber;
}
