/**
 * The time for timestamps, corrected when the exchange refuses one. The rules are those of "Time" in spec/signing.md;
 * spec/vectors/clock.json has the cases. All times are Unix milliseconds.
 */
import type { BingxError } from "./answers.js";

/** A day. An answer with a larger offset may not be the exchange's. */
const LARGEST_OFFSET = 86_400_000;
/** Below this, the clock is not the reason of a refusal. */
const SMALLEST_DIFFERENCE = 500;

/** When a request was sent and its answer received, by the client's own time, and the offset of that time. */
export interface Trip {
  readonly offset: number;
  readonly sentAt: number;
  readonly receivedAt: number;
}

/** An estimate of the exchange's time. The machine's clock is never set. */
export class Clock {
  /** How far the exchange is ahead of the machine. */
  offset = 0;
  readonly #machine: () => number;

  /** @param machine The machine's time; by default one that ignores changes of the machine's clock. */
  constructor(machine: () => number = () => performance.timeOrigin + performance.now()) {
    this.#machine = machine;
  }

  /** Returns the machine's time, which no correction changes. */
  machine(): number {
    return Math.floor(this.#machine());
  }

  /** Returns the time for a `timestamp`. */
  now(): number {
    return this.machine() + this.offset;
  }

  /** Returns whether a call that was refused is sent again, or what to do first: request the time. */
  after(error: BingxError, trip: Trip, repaired: boolean): boolean | "ask" {
    if (error.row.category !== "clock" || repaired) {
      return false;
    }
    const ask = error.serverTime === undefined && this.offset === trip.offset;
    return ask ? "ask" : this.learn(error.serverTime, trip);
  }

  /** Corrects the offset by the exchange's time in the middle of a trip, and returns whether that may help. */
  learn(serverTime: number | undefined, { offset, sentAt, receivedAt }: Trip): boolean {
    if (this.offset !== offset) {
      // Another call has corrected it since this one was stamped.
      return true;
    }
    const difference = (serverTime ?? Number.NaN) - Math.floor((sentAt + receivedAt) / 2);
    const helps =
      Math.abs(difference) >= SMALLEST_DIFFERENCE && Math.abs(offset + difference) <= LARGEST_OFFSET;
    this.offset += helps ? difference : 0;
    return helps;
  }
}
