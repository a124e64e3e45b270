/**
 * The decision table of a call. spec/vectors/outcome.json has the reasons of its rows, by the names in the comments. Final
 * states are believed, passing states can be stale; an ambiguous request may take effect until it has expired; a word that
 * the contract does not list proves nothing.
 */
import type { BingxError, Envelope, Operation, OrderState } from "./answers.js";
import type { Attempt, Call } from "./fetch.js";

/** In one call, of the operation: twenty equal errors would lock the endpoint. */
export const MOST_ATTEMPTS = 6;
/** In one call; pauses grow, so that this many fill a day. */
export const MOST_QUERIES = 150;
/** "Not open" while queries say "open"; one repeats what the first has met. */
const MOST_REFUSALS = 3;
/** The last attempts wait for a third of the time each, so that an exchange that recovers gets one. */
const EARLY_ATTEMPTS = 4;
/** Queries without an answer after which a cancel is sent again by client order id. */
const QUERIES_BEFORE_REUSE = 3;

/**
 * What became of one request: a success with its order, or an error. Its kind is the category of the error's row, or
 * `notSent`, `locked`, `nearLock`, `late`, `unavailable`; a success has none.
 */
export interface Reply {
  readonly kind?: string;
  readonly attempt?: Attempt;
  readonly order: Envelope;
  readonly error?: unknown;
  readonly refusal?: BingxError;
  /** When it was sent, by a clock that is never set; and its timestamp. Milliseconds. */
  readonly began: number;
  readonly timestamp: number;
}

/** What to do next; an ending without a kind is the one that the reply's own kind says. */
export type Step =
  | { readonly do: "send" | "query" | "queryEach" | "wait" }
  | { readonly returns: Reply }
  | {
      readonly ends: OrderState | "alreadyCanceled" | "notFound" | "notOpen" | "unknown" | "";
      readonly because?: Reply | undefined;
    };

/** What is known of a call. Times are in milliseconds since it began, unless they say otherwise. */
export class Facts {
  call: Call;
  readonly original: Call["parameters"];
  readonly timeout: number;
  success?: Reply;
  /** Whether the success tells what the call did, whichever of its requests was executed. */
  stands: boolean = true;
  last?: Reply;
  ambiguous?: Reply | undefined;
  notOpen?: Reply | undefined;
  /** What has stated the order, and the state. */
  read?: Reply;
  state?: OrderState;
  attempts = 0;
  refusals = 0;
  queries = 0;
  queried: boolean = false;
  refusedById: boolean = false;
  refusedAfter = 0;
  notFound: boolean = false;
  notFoundAfter = 0;
  provenOpen: boolean = false;
  nearLock: boolean = false;
  elapsed = 0;
  timeLeft: boolean = true;
  canOpen: boolean = true;
  canQueryInTime: boolean = true;
  /** Whether the order's id is one that only an unbelieved answer has named. */
  idInDoubt: boolean = false;
  /** Whether there is time left to prove the order open, but not after one more request. */
  costsProof: boolean = false;

  constructor(call: Call, timeout: number) {
    this.call = call;
    this.original = call.parameters;
    this.timeout = timeout;
  }

  get operation(): Operation {
    return this.call.operation;
  }

  get given(): Envelope {
    return Object.fromEntries(this.call.parameters);
  }

  get settlesEach(): boolean {
    return Object.keys(this.operation.outcome.settledBy?.each ?? {}).length > 0;
  }

  /** Whether a query settles doubt; of other acts than a cancel, the rows know nothing. */
  get canSettle(): boolean {
    const { act, settledBy } = this.operation.outcome;
    return act === "cancel" && settledBy !== undefined && !this.settlesEach;
  }

  /** Whether the call names the order by an id that is never used again. */
  get byPermanentId(): boolean {
    const { permanentId } = this.operation;
    return permanentId === undefined || Object.hasOwn(this.given, permanentId);
  }

  /** The first row that holds decides. */
  next(): Step {
    const { ambiguous, success, state, last, notOpen, queried, nearLock } = this;
    const inDoubt = ambiguous !== undefined || notOpen !== undefined;
    const canRetry = this.#canRetryLater && this.#untilRetry <= 0;
    const canQuery = this.canSettle && this.queries < MOST_QUERIES && this.timeLeft && this.canQueryInTime;
    const ask = canQuery && !queried;
    const isNew = this.#isInvisibleAfter(this.elapsed);
    const refused = last !== undefined && last === notOpen;
    const notFound = this.notFound && (notOpen !== undefined || nearLock);
    const [send, query, wait] = [{ do: "send" }, { do: "query" }, { do: "wait" }] as const;
    if (success && (!ambiguous || this.stands)) {
      return { returns: success }; // confirmed
    }
    if (this.attempts === 0 && !last) {
      return send; // first
    }
    if (this.settlesEach && ambiguous && (success || this.attempts > 1 || !canRetry)) {
      return { do: "queryEach" }; // each
    }
    if (success) {
      return { ends: "unknown", because: ambiguous }; // answer-in-doubt
    }
    if (state === "canceled") {
      // canceled-after-ambiguous, canceled-before
      return ambiguous ? { returns: this.read as Reply } : { ends: "alreadyCanceled", because: notOpen };
    }
    if (state === "filled" || state === "failed") {
      return { ends: state, because: notOpen }; // filled, failed
    }
    if (this.#isRejected && !ambiguous) {
      return { ends: "", because: last }; // rejected
    }
    const isUnconfirmed = ambiguous !== undefined && last === ambiguous && ambiguous.refusal?.isUnconfirmed;
    if (ask && (nearLock || (ambiguous && !this.byPermanentId) || isUnconfirmed)) {
      return query; // near-lock, learn-the-id, unconfirmed-success
    }
    if (ambiguous && this.attempts === 1 && canRetry && !queried) {
      return send; // retry
    }
    if (inDoubt && ask) {
      return query; // settle
    }
    if (notFound && !this.#isInvisibleAfter(this.notFoundAfter) && !ambiguous) {
      return { ends: "notFound", because: notOpen }; // not-found
    }
    if (state === "open" && queried && canRetry && this.refusals < MOST_REFUSALS) {
      return send; // found-open
    }
    if (refused && this.#isInvisibleAfter(this.refusedAfter) && !ambiguous && !isNew && canRetry) {
      return send; // confirm-refusal
    }
    const mayRepeat = this.byPermanentId || (this.queries >= QUERIES_BEFORE_REUSE && !this.notFound);
    if (ambiguous && canRetry && !refused && !nearLock && mayRepeat) {
      return send; // retry-ambiguous
    }
    if ((inDoubt || nearLock) && canQuery) {
      return query; // query-again
    }
    if (notOpen && !ambiguous && isNew && canRetry && !nearLock) {
      return wait; // wait-until-visible
    }
    if (!inDoubt && !nearLock && canRetry) {
      return send; // retry-not-sent
    }
    if (this.#canRetryLater && !canRetry && !nearLock && !refused) {
      return wait; // wait-to-retry
    }
    if (this.provenOpen && !ambiguous) {
      return { ends: "open", because: last }; // still-open
    }
    if (ambiguous) {
      return { ends: "unknown", because: ambiguous }; // unknown
    }
    if (notFound) {
      return { ends: "notFound", because: notOpen }; // unknown-to-the-query
    }
    const saidNotOpen = notOpen?.kind === "notOpen";
    if (notOpen && (saidNotOpen || state === "open")) {
      const isLate = this.refusedById && !this.#isInvisibleAfter(this.refusedAfter);
      // state-not-learnt, refusal-not-confirmed
      return { ends: saidNotOpen && isLate && !this.#isRestricted ? "notOpen" : "unknown", because: notOpen };
    }
    return { ends: "", because: last }; // not-executed
  }

  /** How long to wait until a new order would be visible, or the next attempt may be made. */
  get untilNext(): number {
    const visible = (this.operation.outcome.timing?.visibleWithin ?? 0) * 1000 - this.elapsed;
    return Math.max(this.#untilRetry, this.notOpen ? visible : 0);
  }

  get #canRetryLater(): boolean {
    const { act, repeat } = this.operation.outcome;
    const barred = this.idInDoubt || this.costsProof || (this.ambiguous && repeat === "never");
    const most = act === "read" ? MOST_QUERIES : MOST_ATTEMPTS;
    return this.timeLeft && this.canOpen && !barred && this.attempts < most;
  }

  /** In how long the next attempt may be made: the last ones are kept for later. */
  get #untilRetry(): number {
    const late = this.operation.outcome.act === "read" ? 0 : this.attempts - EARLY_ATTEMPTS + 1;
    return late > 0 ? (late * this.timeout) / 3 - this.elapsed : 0;
  }

  /** Whether the exchange rejected the last request for a reason that does not pass. */
  get #isRejected(): boolean {
    const kind = this.last?.refusal && this.last.kind;
    if (kind === "notOpen" || kind === "notFound") {
      return !this.canSettle;
    }
    return kind !== undefined && kind !== "rateLimited" && kind !== "unavailable";
  }

  /** Whether an order may be so new that it was not found so long after the call began. */
  #isInvisibleAfter(elapsed: number): boolean {
    return elapsed < (this.operation.outcome.timing?.visibleWithin ?? 0) * 1000;
  }

  /** Whether "not open" may be about a restriction in the request, not about the order. */
  get #isRestricted(): boolean {
    const { outcome, exactlyOneOf } = this.operation;
    const known = [...Object.values(outcome.settledBy?.with ?? {}), ...exactlyOneOf, "recvWindow"];
    return this.call.parameters.some(([name]) => !known.includes(name));
  }
}
