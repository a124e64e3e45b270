/** The requests of one call: one attempt at a time, when nothing bars it, each with an end. */
import { BingxError, type Envelope, type Operation } from "./answers.js";
import type { Clock } from "./clock.js";
import type { Reply } from "./decisions.js";
import { attempts, type Call, type Options } from "./fetch.js";
import type { Memory } from "./memory.js";

/** With less time left, nothing more is sent. Milliseconds. */
export const SHORTEST_ATTEMPT = 20;
/** How long to wait for an answer; after silence four times as long. */
const FIRST_SILENCE = 2000;
/** What the platform's fetch says if it found no connection. */
const UNREACHED = ["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "UND_ERR_CONNECT_TIMEOUT"];

/** What requests need of the options. */
export type Whole = Options & {
  readonly clock: Clock;
  readonly timeout: number;
  /** Waits so many milliseconds, or until the signal. */
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
};

/** Makes them. */
export class Requests {
  readonly began: number;
  readonly deadline: number;
  readonly #options: Whole;
  readonly #memory: Memory;
  readonly #signal: AbortSignal;
  readonly #attempt: ReturnType<typeof attempts>;
  #silent = 0;

  constructor(options: Whole, memory: Memory, signal: AbortSignal) {
    this.#options = options;
    this.#memory = memory;
    this.#signal = signal;
    this.#attempt = attempts(options);
    this.began = this.now();
    this.deadline = this.began + options.timeout;
  }

  /** A time that is never set. */
  now(): number {
    return this.#options.clock.now() - this.#options.clock.offset;
  }

  async sleep(milliseconds: number): Promise<void> {
    const left = Math.max(this.deadline - this.now(), 0);
    await this.#options.sleep(Math.min(milliseconds, left), this.#signal);
  }

  /** Makes one attempt, as soon as nothing bars it. */
  async once(call: Call, knownOpen: boolean): Promise<Reply> {
    const [{ operation }, memory] = [call, this.#memory];
    for (;;) {
      const locked = memory.lockedUntil(operation);
      const until = Math.max(locked, knownOpen ? 0 : memory.nearLockUntil(operation));
      const now = this.now();
      if (until <= now) {
        break;
      }
      const kind = locked > now ? "locked" : "nearLock";
      if (until >= this.deadline || (kind === "nearLock" && operation.outcome.settledBy)) {
        return unsent(kind, `locked for another ${until - now} ms`);
      }
      await this.sleep(until - now);
    }
    const began = this.now();
    const left = this.deadline - began;
    if (left < SHORTEST_ATTEMPT || call.signal.aborted) {
      return unsent("late", "the deadline has passed");
    }
    const patience = Math.max(Math.min(FIRST_SILENCE * 4 ** this.#silent, left * 0.6), SHORTEST_ATTEMPT);
    const [silence, answered] = [new AbortController(), new AbortController()];
    const timer = this.#options.sleep(
      operation.outcome.repeat === "never" ? left : patience,
      answered.signal,
    );
    timer.then(() => {
      if (!answered.signal.aborted) {
        silence.abort(new DOMException("no answer in time", "TimeoutError"));
      }
    });
    const placement = memory.unseen === true ? "query" : undefined;
    const signal = AbortSignal.any([call.signal, silence.signal]);
    try {
      const attempt = await this.#attempt({ ...call, signal, placement });
      const { offset, sentAt } = attempt.trip;
      return this.#classified(operation, { attempt, order: {}, began: sentAt - offset, timestamp: sentAt });
    } catch (error) {
      this.#silent += Number(silence.signal.aborted);
      const { code } = ((error as Error).cause ?? {}) as { code?: string };
      const kind = UNREACHED.includes(code ?? "") ? "notSent" : "unavailable";
      return { kind, order: {}, error, began, timestamp: began + this.#options.clock.offset };
    } finally {
      answered.abort();
    }
  }

  /** Returns the reply with its kind, and remembers what it says about later requests. */
  #classified(operation: Operation, reply: Reply): Reply {
    const result = reply.attempt?.result;
    if (!(result instanceof BingxError)) {
      return { ...reply, order: (dataOf(reply) ?? {}) as Envelope };
    }
    const { category } = result.row;
    // The exchange has one text for both.
    const kind = category === "notOpen" && operation.outcome.act === "read" ? "notFound" : category;
    const now = this.now();
    if (result.code) {
      this.#memory.meet(operation, result.code, now);
    }
    if (kind === "rateLimited") {
      this.#memory.lock(operation, result, now, this.#options.clock.offset);
    }
    return { ...reply, kind, error: result, refusal: result };
  }
}

function unsent(kind: string, problem: string): Reply {
  return { kind, order: {}, error: new Error(`not sent: ${problem}`), began: 0, timestamp: 0 };
}

/** Returns `data` of a success. */
export function dataOf({ attempt }: Reply): unknown {
  return (attempt?.result as Envelope | undefined)?.data;
}
