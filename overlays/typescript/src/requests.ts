/** The requests of one call: one attempt at a time, when nothing bars it, each with an end. */
import { BingxError, type Envelope } from "./answers.js";
import type { Clock } from "./clock.js";
import { type Reply, SHORTEST_ATTEMPT } from "./decisions.js";
import { type Attempt, attempts, type Call, type Options } from "./fetch.js";
import type { Memory } from "./memory.js";

/** How long to wait for an answer; after silence four times as long. Milliseconds. */
const FIRST_SILENCE = 2000;
/** What the platform's fetch says if it found no connection. */
const UNREACHED = ["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "UND_ERR_CONNECT_TIMEOUT"];

/** What requests need of the options. */
export type Whole = Options & {
  readonly clock: Clock;
  readonly timeout: number;
  /** Waits so many milliseconds, or until the signal. */
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<unknown>;
};

/** Makes them. */
export class Requests {
  readonly deadline: number;
  readonly #options: Whole;
  readonly #memory: Memory;
  readonly #attempt: ReturnType<typeof attempts>;
  #silent = 0;

  constructor(options: Whole, memory: Memory) {
    this.deadline = options.clock.machine() + options.timeout;
    this.#options = options;
    this.#memory = memory;
    this.#attempt = attempts(options);
  }

  async sleep(milliseconds: number, { signal }: Call): Promise<void> {
    const left = Math.max(this.deadline - this.#options.clock.machine(), 0);
    await this.#options.sleep(Math.min(milliseconds, left), signal);
  }

  /** Makes one attempt, as soon as nothing bars it. */
  async once(call: Call, knownOpen = false): Promise<Reply> {
    const { clock, sleep } = this.#options;
    const { repeat, settledBy } = call.operation.outcome;
    for (let now = clock.machine(); ; now = clock.machine()) {
      const locked = this.#memory.lockedUntil(call.operation);
      const until = Math.max(locked, knownOpen ? 0 : this.#memory.nearLockUntil(call.operation));
      if (until <= now) {
        break;
      }
      const kind = locked > now ? "locked" : "nearLock";
      if (until >= this.deadline || (kind === "nearLock" && settledBy)) {
        return unsent(kind, `locked for another ${until - now} ms`);
      }
      await this.sleep(until - now, call);
    }
    const began = clock.machine();
    const left = this.deadline - began;
    if (left < SHORTEST_ATTEMPT || call.signal.aborted) {
      return unsent("late", "the deadline has passed");
    }
    const patience = Math.max(Math.min(FIRST_SILENCE * 4 ** this.#silent, left * 0.6), SHORTEST_ATTEMPT);
    const [silence, answered] = [new AbortController(), new AbortController()];
    sleep(repeat === "never" ? left : patience, answered.signal).then(() =>
      silence.abort(new DOMException("no answer in time", "TimeoutError")),
    );
    const signal = AbortSignal.any([call.signal, silence.signal]);
    try {
      return this.#replied(call, await this.#attempt({ ...call, signal, placement: this.#memory.placement }));
    } catch (error) {
      this.#silent += Number(silence.signal.aborted);
      const { code = "" } = ((error as Error).cause ?? {}) as { code?: string };
      const kind = UNREACHED.includes(code) ? "notSent" : "unavailable";
      return { kind, order: {}, error, began, timestamp: began + clock.offset };
    } finally {
      answered.abort();
    }
  }

  /** Returns the reply, and remembers what it says about later requests. */
  #replied({ operation }: Call, attempt: Attempt): Reply {
    const { result, trip } = attempt;
    const sent = { attempt, order: {}, began: trip.sentAt - trip.offset, timestamp: trip.sentAt };
    if (!(result instanceof BingxError)) {
      return { ...sent, order: (result.data ?? {}) as Envelope };
    }
    const { clock } = this.#options;
    const { category } = result.row;
    if (result.code) {
      this.#memory.meet(operation, result.code, clock.machine());
    }
    if (category === "rateLimited") {
      this.#memory.lock(operation, result, clock.machine(), clock.offset);
    }
    // The exchange has one text for both.
    const kind = category === "notOpen" && operation.outcome.act === "read" ? "notFound" : category;
    return { ...sent, kind, error: result, refusal: result };
  }
}

function unsent(kind: string, problem: string): Reply {
  return { kind, order: {}, error: new Error(`not sent: ${problem}`), began: 0, timestamp: 0 };
}
