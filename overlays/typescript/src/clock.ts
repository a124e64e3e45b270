/**
 * Tell the time that requests are stamped with, and mend it when the exchange refuses a timestamp. The rules are
 * those of "Time" in spec/signing.md; spec/vectors/clock.json has the cases. All times are Unix milliseconds.
 */
import type { BingxError } from "./answers.js";

/** A day: whoever says that the clock is further off may not be the exchange. */
const LARGEST_OFFSET = 86_400_000;
/** Below this, the clock is not what the exchange complains of. */
const SMALLEST_DIFFERENCE = 500;

/** What a call does for the sake of its clock: let the refusal stand, ask for the time, or send again. */
export type Step = "stand" | "ask" | "again";

/** When a request was sent and its answer came, by the client's own time; and the offset that time was told with. */
export interface Trip {
  readonly offset: number;
  readonly sentAt: number;
  readonly receivedAt: number;
}

/** Tells the exchange's time, as far as it is known. The machine's clock is never set. */
export class Clock {
  /** How far the exchange is ahead of the machine. */
  offset = 0;
  readonly #machine: () => number;

  /** @param machine The machine's time; by default one that does not follow when the machine's clock is set. */
  constructor(machine: () => number = () => performance.timeOrigin + performance.now()) {
    this.#machine = machine;
  }

  /** Tells the time for a `timestamp`. */
  now(): number {
    return Math.floor(this.#machine()) + this.offset;
  }

  /** Says what a call does after an answer that is no success. */
  after(error: BingxError, trip: Trip, repaired: boolean): Step {
    if (error.row.category !== "clock" || repaired) {
      return "stand";
    }
    const ask = error.serverTime === undefined && this.offset === trip.offset;
    return ask ? "ask" : this.learn(error.serverTime, trip);
  }

  /** Takes over what the exchange said in the middle of a trip; undefined where it said nothing. */
  learn(serverTime: number | undefined, { offset, sentAt, receivedAt }: Trip): Step {
    if (this.offset !== offset) {
      // Another call has learnt since this one was stamped.
      return "again";
    }
    const difference = (serverTime ?? Number.NaN) - Math.floor((sentAt + receivedAt) / 2);
    if (Math.abs(difference) >= SMALLEST_DIFFERENCE && Math.abs(offset + difference) <= LARGEST_OFFSET) {
      this.offset += difference;
      return "again";
    }
    return "stand";
  }
}
