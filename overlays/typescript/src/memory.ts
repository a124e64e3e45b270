/** What a client remembers from one call to the next. */
import type { BingxError } from "./answers.js";
import type { Placement } from "./fetch.js";
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
  /** Where to put parameters, once the server has not seen them in JSON. */
  placement: Placement | undefined;

  /** Until when the exchange accepts no request of the operation. */
  lockedUntil({ id }: Operation): number {
    return Math.max(this.#locks.get(id) ?? 0, this.#locks.get("") ?? 0);
  }

  /** Until when one more equal error of the operation could lock it. */
  nearLockUntil({ id }: Operation): number {
    const ends = [...this.#met].map(([name, { length, 0: first = 0 }]) =>
      name.startsWith(`${id} `) && length === MOST_EQUAL_ERRORS ? first + LONGEST_LOCK : 0,
    );
    return Math.max(0, ...ends);
  }

  /** Counts an error. */
  meet({ id }: Operation, code: bigint, now: number): void {
    const name = `${id} ${code}`;
    this.#met.set(name, [...(this.#met.get(name) ?? []), now].slice(-MOST_EQUAL_ERRORS));
  }

  /** Notes until when the exchange rejects requests; `offset` is that of its clock. */
  lock({ id }: Operation, error: BingxError, now: number, offset: number): void {
    const isBan = BANNED.includes(error.status);
    const stated = error.retryAt === undefined ? error.retryIn : error.retryAt - offset - now;
    const until = now + Math.min(Math.max(stated, 1000), isBan ? LONGEST_BAN : LONGEST_LOCK);
    error.retryAt = until + offset;
    const name = isBan ? "" : id;
    this.#locks.set(name, Math.max(until, this.#locks.get(name) ?? 0));
  }
}
