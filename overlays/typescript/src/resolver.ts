/** A fetch that makes whole calls: it repeats and queries until the outcome is certain, or the time is over. */
import { setTimeout } from "node:timers/promises";
import { stringify } from "lossless-json";
import {
  type Answer,
  BingxError,
  type Envelope,
  isSameOrder,
  orderIn,
  ordersIn,
  serverTimeOf,
  stateOf,
} from "./answers.js";
import { Clock } from "./clock.js";
import { Facts, SHORTEST_ATTEMPT, type Whole } from "./decisions.js";
import { Ending, endingOf } from "./endings.js";
import { attempt, type Call, type Options, operationNamed, type Reply, read, verified } from "./fetch.js";
import { exchangeTime, type Operation } from "./generated/contract.js";
import { Memory } from "./memory.js";

/** How long to wait for an answer; after silence four times as long. Milliseconds, as all that follow. */
const FIRST_SILENCE = 2000;
const FIRST_PAUSE = 100;
/** The deadline cut an attempt with less short: it does not say what is wrong. */
const LONG_ENOUGH = 250;
const LONGEST_PAUSE = 2000;
/** Each query that finds nothing is one more equal error. */
const NOT_FOUND_PAUSE = 1000;
/** What the platform's fetch says if it found no connection, or not to the exchange: nothing was sent. */
const UNREACHED =
  /AggregateError|\b(connect|getaddrinfo|ECONNREFUSED|ENOTFOUND|EAI_AGAIN|UND_ERR_CONNECT_TIMEOUT)\b|CERT_|_CERT$|UNABLE_TO_/;
/** Rows of a server that has not seen the parameters where they were. */
const UNSEEN = ["signature-missing", "parameter-missing", "timestamp-null", "http-media-type"];

/**
 * Returns a fetch that makes whole calls of a generated client.
 *
 * It promises: a call resolves only if the order is cancelled and a request of this call may have done it; any other end is
 * an Ending whose kind is true whatever the exchange does within the contract's timing, `unknown` rather than a guess; after
 * a doubt only what cannot do harm is sent again; the call ends by its timeout, after at most six requests of the operation.
 * It rejects with InvalidParameter if nothing was sent. It waits out a lock of the exchange, but it does not keep the rate
 * limits: the caller must.
 */
export function resolvingFetch(options: Options, memory = new Memory()): typeof globalThis.fetch {
  const whole = { sleep: realSleep, timeout: 10_000, clock: new Clock(), ...options };
  return async (input, init) => {
    const { answer, envelope } = await new Resolution(whole, memory, await read(input, init)).run();
    return verified(answer as Answer, envelope as Envelope);
  };
}

const realSleep: Whole["sleep"] = (milliseconds, signal) =>
  setTimeout(milliseconds, undefined, { signal }).catch(() => undefined);

class Resolution extends Facts {
  #silent = 0;
  /** The last attempt, in vain, in milliseconds. */
  #waited = 0;
  #repaired = false;
  /** By operation and kind, the last error of an attempt that had enough time. */
  readonly #causes = new Map<string, Error>();

  /** Returns the reply with the success. */
  async run(): Promise<Reply> {
    for (;;) {
      const step = this.next();
      if (typeof step === "string") {
        await this[step]();
      } else if ("ends" in step) {
        throw endingOf(this, step.ends, step.because);
      } else {
        return step.returns;
      }
    }
  }

  /** Makes one attempt, as soon as nothing bars it. A reply without a timestamp says why there was none. */
  async #once(call: Call, knownOpen = false): Promise<Reply> {
    const { operation, signal: given } = call;
    const { clock, credentials, sleep } = this.options;
    const unsent = (kind: string, problem: string): Reply => {
      return { kind, order: {}, error: new Error(`not sent: ${problem}`), began: 0, timestamp: 0 };
    };
    this.#waited = 0;
    const bar = () => this.memory.barredUntil(operation, knownOpen) - this.now;
    for (let lasts = bar(); lasts > 0 && this.timeLeft; lasts = bar()) {
      const kind = this.memory.lockedUntil(operation) > this.now ? "locked" : "nearLock";
      if (this.now + lasts >= this.deadline || (kind === "nearLock" && operation.outcome.settledBy)) {
        return unsent(kind, `${kind} for another ${lasts} ms`);
      }
      await this.#sleep(lasts);
    }
    if (!this.timeLeft) {
      return unsent("notSent", "the deadline has passed");
    }
    const began = this.now;
    const left = this.deadline - began;
    const patience = Math.max(Math.min(FIRST_SILENCE * 4 ** this.#silent, left * 0.6), SHORTEST_ATTEMPT);
    const [silence, answered] = [new AbortController(), new AbortController()];
    sleep(operation.outcome.repeat === "never" ? left : patience, answered.signal).then(() =>
      silence.abort(new DOMException("no answer in time", "TimeoutError")),
    );
    const signal = AbortSignal.any([given, silence.signal]);
    try {
      const reply = await attempt({ ...call, signal, inQuery: this.memory.inQuery === true }, this.options);
      this.memory.note(operation, reply, clock);
      // After another answer, the clock may step again.
      this.#repaired &&= reply.kind === "clock" || !operation.signed;
      if (reply.error) {
        this.#causes.set(`${operation.id} ${reply.kind}`, reply.error);
      }
      return reply;
    } catch (error) {
      this.#waited = this.now - began;
      this.#repaired &&= !operation.signed;
      this.#silent += Number(silence.signal.aborted);
      const { cause = error } = Object(error);
      const { name = "Error", message = String(cause), code = "", syscall = "" } = Object(cause);
      const kind = UNREACHED.test(`${name} ${syscall} ${code}`) ? "notSent" : "unavailable";
      // The platform's own error may hold what the server has sent.
      const shown = Object.assign(new Error(credentials.masked(message || code)), { name, code });
      const isWhole = patience >= LONG_ENOUGH;
      const stated = (isWhole ? undefined : this.#causes.get(`${operation.id} ${kind}`)) ?? shown;
      if (isWhole) {
        this.#causes.set(`${operation.id} ${kind}`, shown);
      }
      return { kind, order: {}, error: stated, began, timestamp: began + clock.offset };
    } finally {
      answered.abort();
    }
  }

  /** Sends the operation, and once more if the server has not seen the parameters, and notes the reply. */
  async send(): Promise<void> {
    const { operation } = this.call;
    if (this.last) {
      await this.#pause();
    }
    const isKnownOpen = this.state === "open" && this.queried;
    for (let isRepaired = true; isRepaired; ) {
      const reply = await this.#once(this.call, isKnownOpen);
      if (reply.kind === undefined) {
        this.success = reply;
        return;
      }
      this.#noteError(reply);
      isRepaired = this.attempts < this.mostAttempts && (await this.#repairs(operation, reply));
    }
  }

  /** Repairs the cause of a refusal, if it can, and tells whether the request may be sent again at once. */
  async #repairs({ method }: Operation, { error, trip, inQuery }: Reply): Promise<boolean> {
    const { clock } = this.options;
    if (!(error instanceof BingxError) || !trip) {
      return false;
    }
    let step = clock.after(error, trip, this.#repaired);
    this.#repaired ||= error.row.category === "clock";
    if (step === "ask") {
      const asked = await this.#once(this.#callOf(operationNamed(exchangeTime.operation), {}));
      step = clock.learn(serverTimeOf(asked.order), { ...(asked.trip ?? trip), offset: trip.offset });
    }
    if (step || method === "GET" || !UNSEEN.includes(error.row.id)) {
      return step;
    }
    // Nor in the query string: then it stays with JSON. Another call may have learnt it in the meantime.
    this.memory.inQuery = inQuery ? false : (this.memory.inQuery ?? true);
    return this.memory.inQuery;
  }

  #noteError(reply: Reply): void {
    const { act } = this.call.operation.outcome;
    const isSent = reply.timestamp > 0;
    // Of a read, an answer says more than that there was no time for another one.
    if (isSent || !this.last || act !== "read") {
      this.last = reply;
    }
    this.attempts += Number(isSent);
    this.queried = false;
    this.answered = false;
    this.nearLock = reply.kind === "nearLock";
    if (reply.kind === "unavailable" && act !== "read") {
      this.doubts.push(reply);
      this.#noteUnconfirmed(reply.error?.order);
    } else if (reply.kind === "notOpen" || reply.kind === "notFound") {
      this.refusals++;
      this.notOpen = reply;
      this.refusedById = this.byPermanentId;
    }
  }

  /** Queries the order once and notes what it says. */
  async query(): Promise<void> {
    if (this.queried) {
      await this.#pause();
    }
    const isSure = this.unconfirmedId === undefined || this.isUnconfirmedIdLost;
    const asked = this.askedOf(isSure ? this.call.parameters : this.#namedBy(this.unconfirmedId));
    const reply = await this.#ask(asked, this.mayAskNearLock);
    this.queried = true;
    if (reply.kind === undefined) {
      this.answered = true;
      this.#noteRead(reply);
    } else if (reply.kind !== "notFound" && !reply.error?.isOfAnotherPair) {
      this.#noteUnconfirmed(reply.error?.order);
    } else if (!this.isNamed) {
      // An order that a query has named exists: a replica lags that does not find it.
      this.notFound = reply;
      this.isUnconfirmedIdLost = this.unconfirmedId !== undefined;
    }
  }

  #noteRead(reply: Reply): void {
    const { operation } = this.call;
    if (!isSameOrder(operation, this.original, reply.order)) {
      // An answer named this order id, and it belongs to another order.
      this.call = { ...this.call, parameters: this.original };
      this.unconfirmedId = undefined;
      this.isUnconfirmedIdLost = false;
      return;
    }
    const named = orderIn(operation, this.original, reply.order);
    if (this.isUnconfirmedIdLost && named !== this.unconfirmedId) {
      // Another order by the same client order id, or an id that was garbled.
      return;
    }
    this.call = { ...this.call, parameters: this.#namedBy(named) };
    this.isNamed = true;
    this.unconfirmedId = undefined;
    this.isUnconfirmedIdLost = false;
    this.notFound = undefined;
    const state = stateOf(operation.outcome.states, reply.order);
    if (!state) {
      return;
    }
    [this.state, this.read] = [state, reply];
    if (state === "open" && (this.ambiguous || this.notOpen) && this.isOver(reply.began - this.readsLag)) {
      this.doubts = [];
      this.notOpen = undefined;
      this.provenOpen = true;
    }
  }

  /** Sends the query that settles a call, and once more if that repairs it. */
  async #ask(parameters: Envelope, nearLock = false): Promise<Reply> {
    const call = this.#callOf(this.settling, parameters);
    const reply = await this.#once(call, nearLock);
    this.queries += Number(reply.timestamp > 0);
    return (await this.#repairs(call.operation, reply)) ? this.#once(call) : reply;
  }

  #callOf(operation: Operation, parameters: Envelope): Call {
    const { headers, url } = this.call.request;
    const request = new Request(new URL(operation.path, url), { method: operation.method, headers });
    return { ...this.call, request, operation, parameters };
  }

  /** Notes the id in an unbelieved answer: queries by it may confirm that it is the order's. */
  #noteUnconfirmed(id: bigint | undefined): void {
    if (id !== undefined && !this.byPermanentId) {
      this.unconfirmedId ??= id;
      this.notFound = undefined;
    }
  }

  /** Returns the parameters, with the order named by its permanent id. */
  #namedBy(id: bigint | undefined): Envelope {
    const { permanentId, exactlyOneOf } = this.call.operation;
    if (id === undefined || !permanentId || this.original[permanentId] !== undefined) {
      return this.original;
    }
    const others = Object.entries(this.original).filter(([name]) => !exactlyOneOf.includes(name));
    return { ...Object.fromEntries(others), [permanentId]: id };
  }

  /** Queries each order of the call in rounds, until that proves an answer. */
  async queryEach(): Promise<void> {
    const { operation, parameters: given } = this.call;
    const { outcome } = operation;
    const pairs = Object.entries(outcome.settledBy?.each ?? {});
    const [name, own] = pairs.find(([, mine]) => given[mine] !== undefined) ?? ["", ""];
    const { permanentId = "" } = this.settling;
    const { items } = operation.answer;
    // What a success says is cancelled is so, whatever a read that lags shows.
    const canceled = items && this.success ? [...ordersIn(items, this.success.order)] : [];
    const fields = items?.accounts.find(({ parameter }) => parameter === own)?.fields ?? [];
    const known = canceled.flatMap((order) => fields.map((field) => String(order[field])));
    const others: Envelope[] = [];
    let left = [...new Set(String(given[own]).split(","))].filter((id) => !known.includes(id));
    while (left.length > 0 && this.canQuery) {
      const unknown: string[] = [];
      for (const id of left) {
        const reply = await this.#ask({ ...this.askedOf(given), [name]: id });
        const state = stateOf(outcome.states, reply.order);
        const order = name === permanentId ? reply.order : { ...reply.order, [name]: id };
        if (!state || (state === "open" && !this.isOver(reply.began - this.readsLag))) {
          unknown.push(id);
        } else if (state === "canceled") {
          canceled.push(order);
        } else {
          // That list has ids as text.
          others.push({ ...order, [permanentId]: String(order[permanentId]) });
        }
      }
      left = unknown;
      await (left.length > 0 && this.#pause());
    }
    if (left.length > 0) {
      const cause = new Error(`orders ${left}`, { cause: this.ambiguous?.error });
      throw new Ending("unknown", "queryEach", cause);
    }
    const { in: orders = "", failures } = items ?? {};
    const data = { [orders]: canceled, [failures?.in ?? ""]: others };
    const envelope = { code: 0n, msg: "", data };
    const answer = { status: 200, headers: new Headers(), body: stringify(envelope) ?? "" };
    this.success = { answer, envelope, order: data, began: 0, timestamp: 0 };
    this.doubts = [];
  }

  wait(): Promise<void> {
    // Until a new order would be visible, or the next attempt may be made.
    const untilVisible = this.notOpen ? this.began + this.visibleWithin - this.now : 0;
    return this.#sleep(Math.max(this.untilRetry, untilVisible) + 1);
  }

  /** Waits with full jitter; the longer the call has waited, the longer; towards the deadline in shorter steps. */
  async #pause(): Promise<void> {
    const jitter = Math.random() * Math.min(LONGEST_PAUSE, FIRST_PAUSE + 2 * this.paused);
    const least = this.notFound && !this.ambiguous ? NOT_FOUND_PAUSE : 0;
    const left = this.deadline - this.now;
    const pause = Math.min(Math.max(jitter, this.paused / 10, least), Math.max(left / 2, FIRST_PAUSE), left);
    this.paused += pause;
    // An attempt that waited in vain was a pause itself.
    await this.#sleep(pause - this.#waited);
  }

  async #sleep(milliseconds: number): Promise<void> {
    const left = Math.max(this.deadline - this.now, 0);
    await this.options.sleep(Math.max(Math.min(milliseconds, left), 0), this.call.signal);
  }
}
