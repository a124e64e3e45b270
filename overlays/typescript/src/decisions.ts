/**
 * The decision table of a call. spec/vectors/outcome.json has the reasons of its rows, by name. Final states are believed,
 * passing states can be stale; an ambiguous request may take effect until it has expired; a word that the contract does
 * not list proves nothing.
 */
import { type Envelope, type OrderState, ordersIn } from "./answers.js";
import type { EndingKind } from "./endings.js";
import { type Call, type Options, operationNamed, type Reply } from "./fetch.js";
import type { Operation } from "./generated/contract.js";
import type { Memory } from "./memory.js";

/** In one call, of the operation: twenty equal errors would lock the endpoint. */
const MOST_ATTEMPTS = 6;
/** In one call; pauses grow, so that this many fill a day. */
const MOST_QUERIES = 150;
/** "Not open" while queries say "open"; one repeats what the first has met. */
const MOST_REFUSALS = 3;
/** The last attempts wait for a third of the time each, so that an exchange that recovers gets one. */
const EARLY_ATTEMPTS = 4;
/** Queries without an answer after which a cancel is sent again by client order id. */
const QUERIES_BEFORE_REUSE = 3;
/** With less time left, nothing more is sent. Milliseconds. */
export const SHORTEST_ATTEMPT = 20;
/** Left for the read that proves an order open. Milliseconds. */
const TIME_TO_READ = 1000;
/** Of a request without one, or with 0. */
const DEFAULT_RECV_WINDOW = 5000;
/** A day. The platform's timers know no time much longer. */
const LONGEST_CALL = 86_400_000;

/** The options of whole calls, with those that have a default. */
export type Whole = Options & Required<Pick<Options, "clock" | "timeout" | "sleep">>;

/** What to do next: an act, or how the call ends; without a kind, as the reply's own kind says. */
export type Step =
  | "send"
  | "query"
  | "queryEach"
  | "wait"
  | { readonly returns: Reply }
  | { readonly ends: EndingKind | undefined; readonly because: Reply | undefined };

/** What is known of a call. Times are in milliseconds, by a clock that is never set unless they say otherwise. */
export class Facts {
  readonly options: Whole;
  readonly memory: Memory;
  call: Call;
  readonly original: Call["parameters"];
  readonly began: number;
  readonly deadline: number;
  readonly readsLag: number;
  readonly visibleWithin: number;
  readonly recvWindow: number;
  /** For how long after its timestamp a request may still take effect, by the exchange's clock. */
  readonly toEffect: number;
  /** What said success; what was said last of the operation; what said "not open"; all that leave their effect open. */
  success: Reply | undefined;
  last: Reply | undefined;
  notOpen: Reply | undefined;
  doubts: Reply[] = [];
  /** What has stated the order, and the state; and what has not found it. */
  read: Reply | undefined;
  state: OrderState | undefined;
  notFound: Reply | undefined;
  attempts = 0;
  refusals = 0;
  queries = 0;
  /** Whether it was queried since it was sent last. */
  queried: boolean = false;
  /** Whether a query since then got an answer. */
  answered: boolean = false;
  refusedById: boolean = false;
  provenOpen: boolean = false;
  nearLock: boolean = false;
  paused = 0;
  /** Whether a query has named the order. */
  isNamed: boolean = false;
  /** The id of an order that only unbelieved answers have named, which may be another one; and whether no query finds it. */
  unconfirmedId: bigint | undefined;
  isUnconfirmedIdLost: boolean = false;

  constructor(options: Whole, memory: Memory, call: Call) {
    const { readsLag = 0, takesEffectWithin = 0, visibleWithin = 0 } = call.operation.outcome.timing ?? {};
    [this.options, this.memory, this.call, this.original] = [options, memory, call, call.parameters];
    this.began = this.now;
    this.deadline = this.began + Math.min(options.timeout, LONGEST_CALL);
    [this.readsLag, this.visibleWithin] = [readsLag * 1000, visibleWithin * 1000];
    const given = Number(call.parameters.recvWindow);
    this.recvWindow = given > 0 ? given : DEFAULT_RECV_WINDOW;
    this.toEffect = this.recvWindow + takesEffectWithin * 1000;
  }

  get now(): number {
    return this.options.clock.machine();
  }

  get timeLeft(): boolean {
    return this.deadline - this.now >= SHORTEST_ATTEMPT && !this.call.signal.aborted;
  }

  /** The last one of the doubts. */
  get ambiguous(): Reply | undefined {
    return this.doubts.at(-1);
  }

  get settlesEach(): boolean {
    return Object.keys(this.call.operation.outcome.settledBy?.each ?? {}).length > 0;
  }

  /** Whether a query settles doubt; of other acts than a cancel, the rows know nothing. */
  get canSettle(): boolean {
    const { act, settledBy } = this.call.operation.outcome;
    return act === "cancel" && settledBy !== undefined && !this.settlesEach;
  }

  /** The query that does. */
  get settling(): Operation {
    return operationNamed(this.call.operation.outcome.settledBy?.operation);
  }

  /** Whether the call names the order by an id that is never used again. */
  get byPermanentId(): boolean {
    const { permanentId } = this.call.operation;
    return permanentId === undefined || this.call.parameters[permanentId] !== undefined;
  }

  /** Whether a query is worth an error that could lock it: the first one after a doubt. */
  get mayAskNearLock(): boolean {
    return this.ambiguous !== undefined && this.queries === 0;
  }

  get canQuery(): boolean {
    const opens = this.memory.barredUntil(this.settling, this.mayAskNearLock) < this.deadline;
    return opens && this.queries < MOST_QUERIES && this.timeLeft;
  }

  /** What the query that settles a call is given of its parameters. */
  askedOf(parameters: Envelope): Envelope {
    const names = { ...this.call.operation.outcome.settledBy?.with, recvWindow: "recvWindow" };
    const asked = Object.entries(names).map(([name, own]) => [name, parameters[own]]);
    return Object.fromEntries(asked.filter(([, value]) => value !== undefined));
  }

  /** The first row that holds decides. */
  next(): Step {
    const { ambiguous, success, state, last, notOpen, queried, nearLock } = this;
    const inDoubt = ambiguous ?? notOpen;
    const canRetryLater = this.#canRetryLater;
    const canRetry = canRetryLater && this.untilRetry <= 0;
    const canQuery = this.canSettle && this.canQuery;
    const ask = canQuery && !queried;
    const isNew = this.#isInvisibleAt(this.now);
    const refused = last && last === notOpen;
    const refusedEarly = notOpen && this.#isInvisibleAt(notOpen.began);
    const saidNotOpen = notOpen?.kind === "notOpen";
    const notFound = (notOpen || nearLock) && this.notFound;
    const mayReuse = this.byPermanentId || (this.queries >= QUERIES_BEFORE_REUSE && !this.notFound);
    const unbelieved = ambiguous && last === ambiguous && ambiguous.error?.code === 0n;
    const end = (ends: EndingKind | undefined, because: Reply | undefined) => ({ ends, because });
    const rows: [name: string, holds: unknown, step: Step][] = [
      ["confirmed", success && (!ambiguous || this.#stands), { returns: success as Reply }],
      ["first", !last, "send"],
      ["each", this.settlesEach && ambiguous && (success || this.attempts > 1 || !canRetry), "queryEach"],
      ["answer-in-doubt", success, end("unknown", ambiguous)],
      ["canceled-after-ambiguous", state === "canceled" && ambiguous, { returns: this.read as Reply }],
      ["canceled-before", state === "canceled", end("alreadyCanceled", notOpen)],
      ["filled", state === "filled", end("filled", notOpen)],
      ["failed", state === "failed", end("failed", notOpen)],
      ["rejected", this.#isRejected && !ambiguous, end(undefined, last)],
      ["near-lock", ask && nearLock, "query"],
      ["learn-the-id", ask && ambiguous && !this.byPermanentId, "query"],
      ["unconfirmed-success", ask && unbelieved, "query"],
      ["retry", ambiguous && this.attempts === 1 && canRetry && !queried, "send"],
      ["settle", ask && (inDoubt || this.provenOpen), "query"],
      ["not-found", notFound && !this.#isInvisibleAt(notFound.began) && !ambiguous, end("notFound", notOpen)],
      ["found-open", state === "open" && queried && canRetry && this.refusals < MOST_REFUSALS, "send"],
      ["confirm-refusal", refused && refusedEarly && !ambiguous && !isNew && canRetry, "send"],
      ["retry-ambiguous", ambiguous && canRetry && !refused && !nearLock && mayReuse, "send"],
      ["query-again", canQuery && (inDoubt || nearLock), "query"],
      ["wait-until-visible", notOpen && !ambiguous && isNew && canRetry && !nearLock, "wait"],
      ["retry-not-sent", canRetry && !inDoubt && !nearLock, "send"],
      ["wait-to-retry", canRetryLater && !canRetry && !nearLock && !refused, "wait"],
      ["still-open", this.provenOpen && !inDoubt, end("stillOpen", last)],
      ["unknown", ambiguous, end("unknown", ambiguous)],
      ["unknown-to-the-query", notFound, end("notFound", notOpen)],
      ["state-not-learnt", saidNotOpen && this.#isRefusalSure, end("notOpen", notOpen)],
      ["refusal-not-confirmed", saidNotOpen || (notOpen && state === "open"), end("unknown", notOpen)],
      ["not-executed", true, end(undefined, last)],
    ];
    return rows.find(([, holds]) => holds)?.[2] as Step;
  }

  /** Whether no request of the call can take effect after a time: the exchange accepts a clock that is ahead by recvWindow. */
  isOver(time: number): boolean {
    const timestamp = time + this.options.clock.offset + 1;
    const isPast = ({ began, timestamp: sent }: Reply) =>
      time >= began + this.recvWindow + this.toEffect && timestamp >= sent + this.toEffect;
    return this.doubts.every(isPast) && time >= (this.notOpen?.began ?? 0);
  }

  /** In how long the next attempt may be made: the last ones are kept for later. */
  get untilRetry(): number {
    const isReachedAgain =
      this.answered && this.last?.kind === "notSent" && this.attempts < MOST_ATTEMPTS - 1;
    const isRead = this.call.operation.outcome.act === "read";
    const late = isRead || isReachedAgain ? 0 : this.attempts - EARLY_ATTEMPTS + 1;
    return late > 0 ? (late * (this.deadline - this.began)) / 3 - (this.now - this.began) : 0;
  }

  get mostAttempts(): number {
    return this.call.operation.outcome.act === "read" ? MOST_QUERIES : MOST_ATTEMPTS;
  }

  get #canRetryLater(): boolean {
    const { repeat } = this.call.operation.outcome;
    const isUnsure = this.unconfirmedId !== undefined;
    const barred = isUnsure || this.#costsProof || (this.ambiguous && repeat === "never");
    const isInTime = this.memory.barredUntil(this.call.operation, true) < this.deadline;
    return this.timeLeft && isInTime && !barred && this.attempts < this.mostAttempts;
  }

  /** Whether there is time left to prove the order open, but not after one more request. */
  get #costsProof(): boolean {
    const latest = this.deadline - this.readsLag - TIME_TO_READ;
    const isProvable = this.provenOpen || (this.ambiguous && this.isOver(latest));
    const next = this.now + this.paused / 10 + this.recvWindow + this.toEffect;
    return this.canSettle && this.state === "open" && Boolean(isProvable) && next >= latest;
  }

  /** Whether the success tells what the call did, whichever of its requests was executed. */
  get #stands(): boolean {
    const { answer, outcome } = this.call.operation;
    const { items } = answer;
    const tells = items
      ? items.accounts.length > 0 && ordersIn(items.failures ?? items, this.success?.order).length === 0
      : answer.requires.length > 0;
    return outcome.repeat === "same-answer" || outcome.act === "read" || tells;
  }

  /** Whether the exchange rejected the last request for a reason that does not pass. */
  get #isRejected(): boolean {
    const kind = this.last?.error?.row && this.last.kind;
    const isPassing = kind === undefined || kind === "rateLimited" || kind === "unavailable";
    return kind === "notOpen" || kind === "notFound" ? !this.canSettle : !isPassing;
  }

  /** Whether an order may be so new that it was not found then. */
  #isInvisibleAt(time: number): boolean {
    return time - this.began < this.visibleWithin;
  }

  /** Whether "not open" is about the order by its own id, and not about one too new or a restriction in the request. */
  get #isRefusalSure(): boolean {
    const { parameters } = this.call;
    const isLate = this.notOpen !== undefined && !this.#isInvisibleAt(this.notOpen.began);
    const isRestricted = Object.keys(parameters).length > Object.keys(this.askedOf(parameters)).length;
    return this.refusedById && isLate && !isRestricted;
  }
}
