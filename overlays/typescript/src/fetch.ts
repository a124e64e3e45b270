/** One attempt of a call: stamped and signed on a copy of the request, sent, and its answer validated. */
import { isUtf8 } from "node:buffer";
import { type Answer, BingxError, type Envelope, readObject, validated } from "./answers.js";
import type { Clock, Trip } from "./clock.js";
import type { Credentials } from "./credentials.js";
import { type Operation, operations } from "./generated/contract.js";
import { InvalidParameter, jsonBody, queryString, signable } from "./signing.js";

const INJECTED = ["timestamp", "signature"];
/** An operation that is not in the contract is signed and never repeated, and its success is not checked further. */
const UNDESCRIBED = {
  id: "undescribed",
  method: "",
  signed: true,
  injected: INJECTED,
  exactlyOneOf: [] as string[],
  answer: { repeats: [] as string[], requires: [] },
  outcome: { repeat: "never" },
} as unknown as Operation;

/** Options of a client. */
export interface Options {
  readonly credentials: Credentials;
  /** For a whole call, in milliseconds; by default ten seconds. */
  readonly timeout?: number;
  /** The source of timestamps; by default a clock of this client. */
  readonly clock?: Clock;
  /** The fetch that sends; by default the platform's. */
  readonly fetch?: typeof globalThis.fetch;
  /** Waits so many milliseconds, or until the signal, between the requests of a whole call; by default in real time. */
  readonly sleep?: (milliseconds: number, signal: AbortSignal) => Promise<unknown>;
}

/** A call: the operation as the caller requested it, or another one that the call needs. */
export interface Call {
  /** Where to, and with which headers. */
  readonly request: Request;
  readonly operation: Operation;
  readonly parameters: Envelope;
  readonly signal: AbortSignal;
  /** What the caller gave, held for its signal: a platform's Request hears of it only while somebody holds it. */
  readonly given?: unknown;
  /** Whether the parameters of a POST are in the query string, and not in a JSON body as the contract says. */
  readonly inQuery?: boolean | undefined;
}

/** What became of one request: a success with its order, or an error. */
export interface Reply {
  /** The category of the error's row, or `notSent`, `locked`, `nearLock`; a success has none. */
  readonly kind?: string;
  readonly answer?: Answer;
  readonly envelope?: Envelope;
  readonly order: Envelope;
  readonly error?: Error & Partial<Pick<BingxError, "row" | "code" | "order" | "isOfAnotherPair">>;
  readonly trip?: Trip;
  /** As the call's. */
  readonly inQuery?: boolean | undefined;
  /** When it was sent, by a clock that is never set; and its timestamp, 0 if there was no attempt. Milliseconds. */
  readonly began: number;
  readonly timestamp: number;
}

/** Bytes. An answer has a few hundred. */
const LONGEST_BODY = 1_048_576;

/** Reads the body of a response; a server may send one without an end, or one that unpacks to much more. */
async function textOf({ body }: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let left = LONGEST_BODY;
  for await (const part of body ?? []) {
    left -= part.length;
    if (left < 0) {
      throw new Error("the answer is too long");
    }
    parts.push(part);
  }
  const bytes = Buffer.concat(parts);
  // What is not UTF-8 is not JSON, nor is a byte order mark, which a TextDecoder drops.
  return isUtf8(bytes) ? bytes.toString() : "";
}

/** Makes one attempt of a call. */
export async function attempt(
  call: Call,
  { clock, credentials, fetch = globalThis.fetch }: Options & { readonly clock: Clock },
): Promise<Reply> {
  const { offset } = clock;
  const sentAt = clock.now();
  // Once nothing refers to the Request, its signal is lost.
  const response = await fetch(outgoing(call, sentAt, credentials), { signal: call.signal });
  const body = credentials.masked(await textOf(response));
  const answer = { status: response.status, headers: response.headers, body };
  const trip = { offset, sentAt, receivedAt: clock.now() };
  const result = validated(call.operation, call.parameters, answer);
  const sent = { answer, trip, inQuery: call.inQuery, began: sentAt - offset, timestamp: sentAt };
  if (!(result instanceof BingxError)) {
    return { ...sent, envelope: result, order: (result.data ?? {}) as Envelope };
  }
  // What JSON had escaped shows only now.
  result.message = credentials.masked(result.message);
  result.stack = credentials.masked(result.stack ?? "");
  const { category } = result.row;
  // The exchange has one text for both.
  const kind = category === "notOpen" && call.operation.outcome.act === "read" ? "notFound" : category;
  return { ...sent, kind, error: result, order: {} };
}

/** Returns an operation of the contract. */
export function operationNamed(name: string | undefined): Operation {
  return operations.find(({ id }) => id === name) ?? UNDESCRIBED;
}

/** Refuses plain http that leaves the machine, and a user name or password, which logs would show. */
export function checkOrigin(text: string | URL): void {
  const url = URL.canParse(String(text)) ? new URL(text) : undefined;
  // A URL holds addresses in their one form.
  const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url?.hostname ?? "");
  const isPrivate = url?.protocol === "https:" || (url?.protocol === "http:" && loopback);
  if (!isPrivate || url.username || url.password) {
    throw new InvalidParameter("url", "must be https://HOST, or http for a loopback host");
  }
}

/** Returns a success whose `json()` keeps order ids exact, as the platform's would not. */
export function verified({ body, headers: received }: Answer, envelope: Envelope): Response {
  const headers = new Headers(received);
  // The body is no longer compressed; and openapi-fetch calls json() only if the length is known.
  headers.delete("Content-Encoding");
  headers.set("Content-Length", String(Buffer.byteLength(body)));
  return Object.assign(new Response(body, { headers }), { json: async () => envelope });
}

/** Reads the caller's request. */
export async function read(input: string | URL | Request, init: RequestInit | undefined): Promise<Call> {
  checkOrigin(input instanceof Request ? input.url : input);
  const isRequest = input instanceof Request;
  const request = isRequest
    ? new Request(input.clone(), { signal: input.signal, ...init })
    : new Request(input, init);
  const { pathname, searchParams } = new URL(request.url);
  const isIt = ({ method, path }: Operation) => method === request.method && path === pathname;
  const operation = operations.find(isIt) ?? UNDESCRIBED;
  const given = [...searchParams, ...Object.entries(fieldsOf(await request.text()))];
  const own = given.filter(([name]) => !INJECTED.includes(name));
  signable(own);
  const { exactlyOneOf } = operation;
  const count = own.filter(([name]) => exactlyOneOf.includes(name)).length;
  if (exactlyOneOf.length > 0 && count !== 1) {
    const problem = `must name the order: one of them, and ${count} are given`;
    throw new InvalidParameter(exactlyOneOf.join(" or "), problem);
  }
  return { request, operation, parameters: Object.fromEntries(own), signal: request.signal, given: input };
}

function fieldsOf(body: string): Record<string, unknown> {
  try {
    return body ? readObject(body) : {};
  } catch {
    throw new InvalidParameter("body", "is not a JSON object");
  }
}

/** Returns the request of one attempt. */
function outgoing(call: Call, timestamp: number, credentials: Credentials): Request {
  const { request, operation, parameters, signal } = call;
  const { method } = request;
  const headers = new Headers(request.headers);
  const stamp = operation.injected.includes("timestamp") ? { timestamp } : {};
  const stamped = signable(Object.entries({ ...parameters, ...stamp }));
  const pairs = operation.signed ? credentials.signed(stamped, headers) : stamped;
  const url = new URL(request.url);
  // A GET has no body.
  const inQuery = method === "GET" || call.inQuery;
  url.search = inQuery ? queryString(pairs) : "";
  headers.delete("Content-Type");
  if (!inQuery) {
    headers.set("Content-Type", "application/json");
  }
  const body = inQuery ? null : jsonBody(pairs);
  return new Request(url, { method, headers, body, redirect: "manual", signal });
}
