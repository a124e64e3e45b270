/** A fetch that stamps, signs and judges: once per attempt, and on a copy of the request. */
import {
  type Answer,
  BingxError,
  type Envelope,
  judged,
  type Operation,
  readObject,
  serverTimeOf,
} from "./answers.js";
import { Clock, type Trip } from "./clock.js";
import type { Credentials } from "./credentials.js";
import { operations } from "./generated/contract.js";
import { InvalidParameter, jsonBody, queryString, signable } from "./signing.js";

const INJECTED = ["timestamp", "signature"];
const CONTENT_TYPES = { json: "application/json", form: "application/x-www-form-urlencoded" };
/** What the contract does not describe is signed, and a success of it has nothing to hold. */
const UNDESCRIBED = { signed: true, required: [], repeats: [], confirmedBy: {} };
const SERVER_TIME = operations.find(({ operationId }) => operationId === "serverTime") as Operation;

/** Where the parameters of a POST stand: in a JSON body, in the query string or in a form body. */
export type Placement = "json" | "query" | "form";

/** Says how to reach the exchange. */
export interface Options {
  readonly credentials: Credentials;
  /** JSON by default, as the contract says. */
  readonly placement?: Placement;
  /** For a whole call, in milliseconds; by default ten seconds. */
  readonly timeout?: number;
  /** Where timestamps come from; by default a clock of this fetch. */
  readonly clock?: Clock;
  /** What sends; by default the platform's fetch. */
  readonly fetch?: typeof globalThis.fetch;
}

/** What is asked, as read from the caller's request. */
interface Call {
  readonly request: Request;
  readonly operation: Pick<Operation, keyof typeof UNDESCRIBED>;
  readonly parameters: [name: string, value: unknown][];
  readonly signal: AbortSignal;
}

/**
 * Makes a fetch for a generated client. It follows no redirect, and sends a call whose timestamp is refused once
 * more, with the exchange's own time. A retry belongs above it: each call is stamped and signed anew.
 *
 * It resolves to a believed success alone, whose `json()` has integers as bigints. It rejects with
 * InvalidParameter: nothing was sent; with BingxError: the exchange answered; with what the platform's fetch
 * rejects with: nobody knows what became of the order.
 */
export function bingxFetch(options: Options): typeof globalThis.fetch {
  const { timeout = 10_000, clock = new Clock(), fetch = globalThis.fetch } = options;

  const attempt = async (call: Call) => {
    const { offset } = clock;
    const sentAt = clock.now();
    const response = await fetch(outgoing(call, sentAt, options));
    const body = options.credentials.masked(await response.text());
    const answer = { status: response.status, headers: response.headers, body };
    const trip = { offset, sentAt, receivedAt: clock.now() };
    return { answer, trip, result: judged(call.operation, Object.fromEntries(call.parameters), answer) };
  };

  const askTime = async ({ request, signal }: Call, stamped: Trip) => {
    const url = new URL(SERVER_TIME.path, request.url);
    const call = { request: new Request(url), operation: SERVER_TIME, parameters: [], signal };
    // Where it cannot be asked, the caller is told of the refusal, not of this.
    const asked = await attempt(call).catch(() => undefined);
    return clock.learn(asked && serverTimeOf(asked.result), {
      ...(asked?.trip ?? stamped),
      offset: stamped.offset,
    });
  };

  return async (input, init) => {
    const request = new Request(input instanceof Request ? input.clone() : input, init);
    const call = await read(request, AbortSignal.any([request.signal, AbortSignal.timeout(timeout)]));
    for (let repaired = false; ; repaired = true) {
      const { answer, trip, result } = await attempt(call);
      if (!(result instanceof BingxError)) {
        return new BelievedResponse(answer, result);
      }
      const step = clock.after(result, trip, repaired);
      if ((step === "ask" ? await askTime(call, trip) : step) !== "again") {
        throw result;
      }
    }
  };
}

/** A success whose `json()` keeps order ids exact, as the platform's would not. */
class BelievedResponse extends Response {
  readonly #envelope: Envelope;

  constructor({ body, headers }: Answer, envelope: Envelope) {
    super(body, { headers });
    this.#envelope = envelope;
    // The body is no longer compressed; and openapi-fetch calls json() only where the length is known.
    this.headers.delete("Content-Encoding");
    this.headers.set("Content-Length", String(Buffer.byteLength(body)));
  }

  override async json(): Promise<Envelope> {
    return this.#envelope;
  }
}

async function read(request: Request, signal: AbortSignal): Promise<Call> {
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

/** Makes the request of one attempt. */
function outgoing(
  { request, operation, parameters, signal }: Call,
  timestamp: number,
  options: Options,
): Request {
  const headers = new Headers(request.headers);
  const pairs = operation.signed
    ? options.credentials.signed(signable([...parameters, ["timestamp", timestamp]]), headers)
    : signable(parameters);
  // A GET has no body to put anything into.
  const placement = request.method === "GET" ? "query" : (options.placement ?? "json");
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
