/** What a client remembers from one call to the next. */
import { BingxError } from "./answers.js";
import type { Clock } from "./clock.js";
import type { Reply } from "./fetch.js";
import type { Operation } from "./generated/contract.js";

const LONGEST_LOCK = 480_000;
const LONGEST_BAN = 3_600_000;
/** Of an endpoint within LONGEST_LOCK: twenty would lock it. */
const MOST_EQUAL_ERRORS = 17;
/** After these statuses the exchange rejects every request. */
const BANNED = [403, 418, 429];

/** Locks, equal errors, and where the server sees parameters. Times are those of the client's machine, in milliseconds. */
export class Memory {
  /** By operation, until when it is locked; all of them under the empty name. */
  readonly #locks = new Map<string, number>();
  /** By operation and code, when it has met the error. */
  readonly #met = new Map<string, number[]>();
  /** Whether to put parameters into the query string, once the server has not seen them in JSON. */
  inQuery: boolean | undefined;

  /** Until when the exchange accepts no request of the operation. */
  lockedUntil({ id }: Operation): number {
    return Math.max(this.#locks.get(id) ?? 0, this.#locks.get("") ?? 0);
  }

  /** The same; or until when one more equal error could lock the operation, unless it may be so near. */
  barredUntil(operation: Operation, nearLock: boolean): number {
    const ends = [...this.#met].map(([name, { length, 0: first = 0 }]) =>
      name.startsWith(`${operation.id} `) && length === MOST_EQUAL_ERRORS ? first + LONGEST_LOCK : 0,
    );
    return Math.max(this.lockedUntil(operation), ...(nearLock ? [] : ends));
  }

  /** Counts an error. */
  meet({ id }: Operation, code: bigint, now: number): void {
    const name = `${id} ${code}`;
    this.#met.set(name, [...(this.#met.get(name) ?? []), now].slice(-MOST_EQUAL_ERRORS));
  }

  /** Notes what an answer says about later requests, and in it until when the exchange rejects them. */
  note(operation: Operation, { error: result, trip }: Reply, clock: Clock): void {
    const now = clock.machine();
    if (!(result instanceof BingxError)) {
      return;
    }
    if (result.code) {
      this.meet(operation, result.code, now);
    }
    if (result.row.category === "rateLimited") {
      const isBan = BANNED.includes(result.status);
      const { sentAt = 0, receivedAt = 0 } = trip ?? {};
      const known = result.serverTime ?? receivedAt;
      // Our own clock can be wrong.
      const atExchange = Math.max(known - 500, Math.min(receivedAt, known + receivedAt - sentAt));
      const stated = result.retryAt === undefined ? result.retryIn : result.retryAt - atExchange;
      const until = now + Math.min(stated > 0 ? stated : 1000, isBan ? LONGEST_BAN : LONGEST_LOCK);
      result.retryAt = atExchange + until - now;
      const name = isBan ? "" : operation.id;
      this.#locks.set(name, Math.max(until, this.#locks.get(name) ?? 0));
    }
  }
}
