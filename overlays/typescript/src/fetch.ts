/** A fetch that stamps and signs each attempt on a copy of the request, and validates the answer. */
import {
  type Answer,
  BingxError,
  type Envelope,
  type Operation,
  readObject,
  serverTimeOf,
  validated,
} from "./answers.js";
import { Clock, type Trip } from "./clock.js";
import type { Credentials } from "./credentials.js";
import { operations, signing } from "./generated/contract.js";
import { InvalidParameter, jsonBody, queryString, signable } from "./signing.js";

const INJECTED = ["timestamp", "signature"];
const CONTENT_TYPES = { json: "application/json", form: "application/x-www-form-urlencoded" };
/** An operation that is not in the contract is signed and never repeated, and its success is not checked further. */
const UNDESCRIBED: Operation = {
  id: "",
  method: "",
  path: "",
  signed: true,
  injected: INJECTED,
  exactlyOneOf: [],
  answer: { repeats: [], requires: [] },
  outcome: { repeat: "never" },
};
const EXCHANGE_TIME = operations.find(
  ({ id }) => id === signing.inject.timestamp.correctedBy.operation,
) as Operation;

/** The part of the request that holds the parameters of a POST: a JSON body, the query string or a form. */
export type Placement = "json" | "query" | "form";

/** Options of a fetch. */
export interface Options {
  readonly credentials: Credentials;
  /** JSON by default, as the contract says. */
  readonly placement?: Placement;
  /** For a whole call, in milliseconds; by default ten seconds. */
  readonly timeout?: number;
  /** The source of timestamps; by default a clock of this fetch. */
  readonly clock?: Clock;
  /** The fetch that sends; by default the platform's. */
  readonly fetch?: typeof globalThis.fetch;
}

/** A call: the operation as the caller requested it, or another one that the call needs. */
export interface Call {
  /** Where to, and with which headers. */
  readonly request: Request;
  readonly operation: Operation;
  readonly parameters: [name: string, value: unknown][];
  readonly signal: AbortSignal;
  readonly placement?: Placement | undefined;
}

/** What became of a request that was answered: when it was sent last, and a verified success or the error. */
export interface Attempt {
  readonly answer: Answer;
  readonly trip: Trip;
  readonly result: Envelope | BingxError;
}

/**
 * Returns a fetch for a generated client, which makes single attempts. It follows no redirect. If the exchange refuses a
 * timestamp, it corrects the clock and sends the call once more. Each attempt gets a new timestamp and signature.
 *
 * It resolves only to a verified success, whose `json()` has integers as bigints. It rejects with InvalidParameter if
 * nothing was sent, with BingxError for any other answer, and with the error of the platform's fetch: then the state of
 * the order is unknown.
 */
export function bingxFetch(options: Options): typeof globalThis.fetch {
  const attempt = attempts({ clock: new Clock(), ...options });
  return async (input, init) => {
    const { answer, result } = await attempt(await read(input, init, options.timeout));
    if (result instanceof BingxError) {
      throw result;
    }
    return new VerifiedResponse(answer, result);
  };
}

/** Returns what makes an attempt of a call, and one more if the clock can be corrected. */
export function attempts(options: Options & { readonly clock: Clock }): (call: Call) => Promise<Attempt> {
  const { clock, fetch = globalThis.fetch } = options;

  const once = async (call: Call): Promise<Attempt> => {
    const { offset } = clock;
    const sentAt = clock.now();
    const response = await fetch(outgoing(call, sentAt, options));
    const body = options.credentials.masked(await response.text());
    const answer = { status: response.status, headers: response.headers, body };
    const trip = { offset, sentAt, receivedAt: clock.now() };
    const result = validated(call.operation, Object.fromEntries(call.parameters), answer);
    if (result instanceof BingxError) {
      // What JSON had escaped shows only now.
      result.message = options.credentials.masked(result.message);
      result.stack = options.credentials.masked(result.stack ?? "");
    }
    return { answer, trip, result };
  };

  const askTime = async ({ request, signal }: Call, stamped: Trip) => {
    const url = new URL(EXCHANGE_TIME.path, request.url);
    const call = { request: new Request(url), operation: EXCHANGE_TIME, parameters: [], signal };
    // If this fails, the refusal is returned to the caller.
    const answered = await once(call).catch(() => undefined);
    return clock.learn(answered && serverTimeOf(answered.result), {
      ...(answered?.trip ?? stamped),
      offset: stamped.offset,
    });
  };

  return async (call) => {
    for (let repaired = false; ; repaired = true) {
      const attempt = await once(call);
      const { result, trip } = attempt;
      if (!(result instanceof BingxError)) {
        return attempt;
      }
      const step = clock.after(result, trip, repaired);
      if ((step === "ask" ? await askTime(call, trip) : step) !== "again") {
        return attempt;
      }
    }
  };
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

/** A success whose `json()` keeps order ids exact, as the platform's would not. */
export class VerifiedResponse extends Response {
  readonly #envelope: Envelope;

  constructor({ body, headers }: Answer, envelope: Envelope) {
    super(body, { headers });
    this.#envelope = envelope;
    // The body is no longer compressed; and openapi-fetch calls json() only if the length is known.
    this.headers.delete("Content-Encoding");
    this.headers.set("Content-Length", String(Buffer.byteLength(body)));
  }

  override async json(): Promise<Envelope> {
    return this.#envelope;
  }
}

/** Reads the caller's request. */
export async function read(
  input: string | URL | Request,
  init: RequestInit | undefined,
  timeout = 10_000,
): Promise<Call> {
  checkOrigin(input instanceof Request ? input.url : input);
  const request = new Request(input instanceof Request ? input.clone() : input, init);
  const signal = AbortSignal.any([request.signal, AbortSignal.timeout(timeout)]);
  const { pathname, searchParams } = new URL(request.url);
  const operation = operations.find(({ method, path }) => method === request.method && path === pathname);
  const body = await request.text();
  const given: Call["parameters"] = [...searchParams, ...Object.entries(fieldsOf(body))];
  const parameters = given.filter(([name]) => !INJECTED.includes(name));
  const references = operation?.exactlyOneOf ?? [];
  const count = parameters.filter(([name]) => references.includes(name)).length;
  if (references.length > 0 && count !== 1) {
    throw new InvalidParameter(
      references.join(" or "),
      `must name the order: one of them, and ${count} are given`,
    );
  }
  return { request, operation: operation ?? UNDESCRIBED, parameters, signal };
}

function fieldsOf(body: string): Record<string, unknown> {
  try {
    return body ? readObject(body) : {};
  } catch {
    throw new InvalidParameter("body", "is not a JSON object");
  }
}

/** Returns the request of one attempt. */
function outgoing(
  { request, operation, parameters, signal, placement: chosen }: Call,
  timestamp: number,
  options: Options,
): Request {
  const headers = new Headers(request.headers);
  const stamp: Call["parameters"] = operation.injected.includes("timestamp")
    ? [["timestamp", timestamp]]
    : [];
  const stamped = signable([...parameters, ...stamp]);
  const pairs = operation.signed ? options.credentials.signed(stamped, headers) : stamped;
  // A GET has no body.
  const placement = request.method === "GET" ? "query" : (chosen ?? options.placement ?? "json");
  const text = placement === "json" ? jsonBody(pairs) : queryString(pairs);
  const url = new URL(request.url);
  url.search = placement === "query" ? text : "";
  if (placement === "query") {
    headers.delete("Content-Type");
  } else {
    headers.set("Content-Type", CONTENT_TYPES[placement]);
  }
  const body = placement === "query" ? null : text;
  return new Request(url, { method: request.method, headers, body, redirect: "manual", signal });
}
