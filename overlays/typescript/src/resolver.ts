/** A fetch that makes whole calls: it repeats and queries until the outcome is certain, or the time is over. */
import { type Envelope, isSameOrder, type Operation, ordersIn, stateOf } from "./answers.js";
import { Clock } from "./clock.js";
import { Facts, MOST_ATTEMPTS, MOST_QUERIES, type Reply, type Step } from "./decisions.js";
import { Ending, endingOf } from "./endings.js";
import { type Call, type Options, read, VerifiedResponse } from "./fetch.js";
import { operations } from "./generated/contract.js";
import { Memory } from "./memory.js";
import { dataOf, Requests, SHORTEST_ATTEMPT, type Whole } from "./requests.js";
import { signable } from "./signing.js";

/** Milliseconds, as all that follow. */
const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 2000;
/** Each query that finds nothing is one more equal error. */
const NOT_FOUND_PAUSE = 1000;
/** Left for the read that proves an order open. */
const TIME_TO_READ = 1000;
const DEFAULT_RECV_WINDOW = 5000;
/** Rows of a server that has not seen the parameters where they were. */
const UNSEEN = ["signature-missing", "parameter-missing", "timestamp-null", "http-media-type"];
/** No attempt was made. */
const UNSENT = ["locked", "nearLock", "late"];
/** Options of a resolving fetch. */
export interface ResolverOptions extends Options {
  /** Waits so many milliseconds, or until the signal; tests pass their own. */
  readonly sleep?: Whole["sleep"];
}

/**
 * Returns a fetch that makes whole calls of a generated client.
 *
 * It promises: a call resolves only if the order is cancelled and a request of this call may have done it; any other end is
 * an Ending whose kind is true whatever the exchange does within the contract's timing, `unknown` rather than a guess; after
 * a doubt only what cannot do harm is sent again; the call ends by its timeout, after at most six requests of the operation.
 * It rejects with InvalidParameter if nothing was sent. It waits out a lock of the exchange, but it does not keep the rate
 * limits: the caller must.
 */
export function resolvingFetch(options: ResolverOptions, memory = new Memory()): typeof globalThis.fetch {
  const clock = options.clock ?? new Clock();
  const whole = { sleep: realSleep, timeout: 10_000, ...options, clock };
  return async (input, init) => {
    // The platform's timers, so that it has an end even if the given clock has none.
    const call = await read(input, init, whole.timeout + 1000);
    signable(call.parameters);
    const { answer, envelope } = await new Resolution(whole, memory, call).run();
    return new VerifiedResponse(answer, envelope);
  };
}

class Resolution {
  readonly #options: Whole;
  readonly #memory: Memory;
  readonly #facts: Facts;
  readonly #requests: Requests;
  /** By the machine's clock, and by the exchange's. */
  #ambiguousUntil = 0;
  #ambiguousUntilTimestamp = 0;
  /** The id that a query has named. */
  #named: unknown;
  #pauses = 0;
  #paused = 0;

  constructor(options: Whole, memory: Memory, call: Call) {
    this.#options = options;
    this.#memory = memory;
    this.#facts = new Facts(call, options.timeout);
    this.#requests = new Requests(options, memory, call.signal);
  }

  async run() {
    const facts = this.#facts;
    for (;;) {
      this.#look();
      const step: Step = facts.next();
      if ("returns" in step) {
        const { answer, result } = step.returns.attempt as NonNullable<Reply["attempt"]>;
        return { answer, envelope: result as Envelope };
      }
      if ("ends" in step) {
        throw endingOf(facts, step.ends, step.because);
      }
      if (step.do === "queryEach") {
        return await this.#queryEach();
      }
      await { send: this.#send, query: this.#query, wait: this.#wait }[step.do].call(this);
    }
  }

  #look(): void {
    const [facts, now] = [this.#facts, this.#requests.now()];
    const { outcome } = facts.operation;
    facts.elapsed = now - this.#requests.began;
    facts.timeLeft = this.#requests.deadline - now >= SHORTEST_ATTEMPT && !facts.call.signal.aborted;
    facts.canOpen = this.#memory.lockedUntil(facts.operation) < this.#requests.deadline;
    if (facts.canSettle) {
      facts.canQueryInTime &&= this.#memory.lockedUntil(this.#settling) < this.#requests.deadline;
      const latest = this.#requests.deadline - (outcome.timing?.readsLag ?? 0) * 1000 - TIME_TO_READ;
      const provable = facts.provenOpen || (facts.ambiguous && this.#ambiguousUntil < latest);
      const next = now + this.#paused / 10 + this.#recvWindow + this.#toEffect;
      facts.costsProof = facts.state === "open" && Boolean(provable) && next >= latest;
    }
  }

  /** Sends the operation, and once more if the server has not seen the parameters, and notes the reply. */
  async #send(): Promise<void> {
    const [facts, memory] = [this.#facts, this.#memory];
    const { operation } = facts;
    if (facts.last) {
      await this.#pause();
    }
    let reply = await this.#requests.once(facts.call, facts.state === "open" && facts.queried);
    while (reply.kind !== undefined) {
      this.#noteError(reply);
      const isUnseen = operation.method !== "GET" && UNSEEN.includes(reply.refusal?.row.id ?? "");
      if (facts.attempts >= MOST_ATTEMPTS || !isUnseen || memory.unseen || this.#options.placement) {
        memory.unseen = isUnseen && memory.unseen ? "nowhere" : memory.unseen;
        return;
      }
      memory.unseen = true;
      reply = await this.#requests.once(facts.call, false);
    }
    facts.success = reply;
    const { answer, outcome } = operation;
    const lists = answer.items;
    facts.stands =
      outcome.repeat === "same-answer" ||
      outcome.act === "read" ||
      (lists
        ? lists.accounts.length > 0 && ordersIn(lists.failures ?? lists, dataOf(reply)).length === 0
        : answer.requires.length > 0);
  }

  #noteError(reply: Reply): void {
    const facts = this.#facts;
    const { act } = facts.operation.outcome;
    const isSent = !UNSENT.includes(reply.kind ?? "");
    // Of a read, an answer says more than that there was no time for another one.
    if (isSent || !facts.last || act !== "read") {
      facts.last = reply;
    }
    facts.attempts += Number(isSent);
    facts.queried = false;
    facts.nearLock = reply.kind === "nearLock";
    if (reply.kind === "unavailable" && act !== "read") {
      facts.ambiguous = reply;
      this.#ambiguousUntil = Math.max(this.#ambiguousUntil, reply.began + this.#recvWindow + this.#toEffect);
      const until = reply.timestamp + this.#toEffect;
      this.#ambiguousUntilTimestamp = Math.max(this.#ambiguousUntilTimestamp, until);
      this.#usePermanentId(reply.refusal?.order);
    } else if (reply.kind === "notOpen" || reply.kind === "notFound") {
      facts.refusals++;
      facts.notOpen = reply;
      facts.refusedById = facts.byPermanentId;
      facts.refusedAfter = reply.began - this.#requests.began;
    }
  }

  /** Queries the order once and notes what it says. */
  async #query(): Promise<void> {
    const facts = this.#facts;
    if (facts.queried) {
      await this.#pause();
    }
    const asked = this.#queryFor(facts.idInDoubt ? facts.original : facts.call.parameters);
    const reply = await this.#requests.once(asked, facts.ambiguous !== undefined && facts.queries === 0);
    facts.queried = true;
    if (UNSENT.includes(reply.kind ?? "")) {
      facts.canQueryInTime = false;
      return;
    }
    facts.queries++;
    if (reply.kind === undefined) {
      this.#noteRead(reply);
    } else if (reply.kind !== "notFound") {
      this.#usePermanentId(reply.refusal?.order);
    } else if (this.#named === undefined) {
      // An order that a query has named exists: a replica lags that does not find it.
      facts.notFound = true;
      facts.notFoundAfter = reply.began - this.#requests.began;
      // Nor is an id certain that only an unbelieved answer has named.
      facts.idInDoubt = facts.call.parameters !== facts.original;
    }
  }

  #noteRead(reply: Reply): void {
    const facts = this.#facts;
    const { operation, given } = facts;
    const { permanentId = "", outcome } = operation;
    if (!isSameOrder(operation, Object.fromEntries(facts.original), reply.order)) {
      // An answer named this order id, and it belongs to another order.
      facts.call = { ...facts.call, parameters: facts.original };
      return;
    }
    const named = reply.order[permanentId];
    if (facts.idInDoubt && String(named) !== String(given[permanentId])) {
      // Another order by the same client order id, or an id that was garbled.
      return;
    }
    this.#named = named;
    facts.idInDoubt = false;
    facts.notFound = false;
    this.#usePermanentId(named);
    const state = outcome.states && stateOf(outcome.states, reply.order);
    if (!state) {
      return;
    }
    facts.state = state;
    facts.read = reply;
    if (state === "open" && (facts.ambiguous || facts.notOpen) && this.#isYoung(reply)) {
      facts.ambiguous = undefined;
      facts.notOpen = undefined;
      facts.provenOpen = true;
    }
  }

  /** Tells whether no request of the call could take effect after the moment that a read shows at the earliest. */
  #isYoung(read: Reply): boolean {
    const facts = this.#facts;
    const shown = read.began - (facts.operation.outcome.timing?.readsLag ?? 0) * 1000;
    const timestamp = this.#options.clock.now() - (this.#requests.now() - shown);
    const latest = Math.max(this.#ambiguousUntil, this.#requests.began + facts.refusedAfter);
    return shown >= latest && timestamp >= this.#ambiguousUntilTimestamp - 1;
  }

  /**
   * For how long after its timestamp a request may still take effect, by the exchange's clock. By ours it is recvWindow
   * longer: the exchange accepts a clock that is ahead by as much.
   */
  get #toEffect(): number {
    return this.#recvWindow + (this.#facts.operation.outcome.timing?.takesEffectWithin ?? 0) * 1000;
  }

  get #recvWindow(): number {
    return Number(this.#facts.given.recvWindow ?? DEFAULT_RECV_WINDOW);
  }

  get #settling(): Operation {
    const name = this.#facts.operation.outcome.settledBy?.operation;
    return operations.find(({ id }) => id === name) as Operation;
  }

  /** The query that settles a call with these parameters. */
  #queryFor(parameters: Call["parameters"], more: Call["parameters"] = []): Call {
    const given = Object.fromEntries(parameters);
    const names = { ...this.#facts.operation.outcome.settledBy?.with, recvWindow: "recvWindow" };
    const known = Object.entries(names).filter(([, own]) => given[own] !== undefined);
    const asked: Call["parameters"] = known.map(([name, own]) => [name, given[own]]);
    const { request, signal } = this.#facts.call;
    const { method, path } = this.#settling;
    const query = new Request(new URL(path, request.url), { method, headers: request.headers });
    return { request: query, operation: this.#settling, parameters: [...asked, ...more], signal };
  }

  /** Names the order by its permanent id from now on, once an answer has named it. */
  #usePermanentId(id: unknown): void {
    const facts = this.#facts;
    const { permanentId, exactlyOneOf } = facts.operation;
    if (id !== undefined && permanentId && !facts.byPermanentId) {
      const others = facts.call.parameters.filter(([name]) => !exactlyOneOf.includes(name));
      facts.call = { ...facts.call, parameters: [...others, [permanentId, id]] };
    }
  }

  /** Queries each order of the call in rounds, and returns the answer that this proves. */
  async #queryEach() {
    const facts = this.#facts;
    const { given, operation } = facts;
    const { settledBy, states } = operation.outcome;
    const pairs = Object.entries(settledBy?.each ?? {});
    const [name, own] = pairs.find(([, mine]) => given[mine] !== undefined) as [string, string];
    const [canceled, others]: Envelope[][] = [[], []];
    let left = [...new Set(String(given[own]).split(","))];
    while (left.length > 0 && facts.queries < MOST_QUERIES && facts.timeLeft) {
      const unknown: string[] = [];
      for (const id of left) {
        const reply = await this.#requests.once(this.#queryFor(facts.call.parameters, [[name, id]]), false);
        facts.queries++;
        const state = states && stateOf(states, reply.order);
        if (!state || (state === "open" && !this.#isYoung(reply))) {
          unknown.push(id);
        } else {
          (state === "canceled" ? canceled : others)?.push({ ...reply.order, [name]: id });
        }
      }
      left = unknown;
      await this.#pause();
      this.#look();
    }
    if (left.length > 0) {
      throw new Ending(
        "unknown",
        "queryEach",
        new Error(`orders ${left}`, { cause: facts.ambiguous?.error }),
      );
    }
    const { in: orders = "", failures } = operation.answer.items ?? {};
    const data = { [orders]: canceled, [failures?.in ?? ""]: others };
    const envelope: Envelope = { code: 0n, msg: "", data };
    const body = JSON.stringify(envelope, (_, value) => (typeof value === "bigint" ? String(value) : value));
    return { answer: { status: 200, headers: new Headers(), body }, envelope };
  }

  #wait(): Promise<void> {
    return this.#requests.sleep(this.#facts.untilNext + 1);
  }

  /** Waits with full jitter; the longer the call has waited, the longer; towards the deadline in shorter steps. */
  async #pause(): Promise<void> {
    const facts = this.#facts;
    const jitter = Math.random() * Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** this.#pauses);
    const least = facts.notFound && !facts.ambiguous ? NOT_FOUND_PAUSE : 0;
    const most = Math.max((this.#requests.deadline - this.#requests.now()) / 2, FIRST_PAUSE);
    const pause = Math.min(Math.max(jitter, this.#paused / 10, least), most);
    this.#pauses++;
    this.#paused += pause;
    await this.#requests.sleep(pause);
  }
}

function realSleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
    }
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => [clearTimeout(timer), resolve()]);
  });
}
