package bingx.spot;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** Tells the exchange's time, as far as it is known, and does not step with the machine's clock. */
final class Clock {
  /** Below this, in milliseconds, the clock is not what the exchange complains of. */
  private static final long SMALLEST_DIFFERENCE = 500;

  /** The largest offset that is believed, in milliseconds: a day. */
  private static final long LARGEST_OFFSET = Duration.ofDays(1).toMillis();

  private final long origin = System.currentTimeMillis() - monotonic();
  private final AtomicLong offset;

  /**
   * A round trip to the exchange, in Unix milliseconds of the clock that stamped it.
   *
   * @param offset how far the exchange was thought to be ahead of the machine, in milliseconds
   */
  record Trip(long offset, long sentAt, long receivedAt) {
    /** Returns the estimated time at which the exchange answered. */
    long middle() {
      return (sentAt + receivedAt) / 2;
    }
  }

  /** Makes a clock that thinks the exchange to be so far ahead of the machine, in milliseconds. */
  Clock(long offset) {
    this.offset = new AtomicLong(offset);
  }

  long offset() {
    return offset.get();
  }

  /** Returns a trip that begins now. */
  Trip depart() {
    long ahead = offset();
    long now = origin + monotonic() + ahead;
    return new Trip(ahead, now, now);
  }

  /** Returns the trip, ended now. */
  Trip arrive(Trip trip) {
    return new Trip(trip.offset, trip.sentAt, origin + monotonic() + trip.offset);
  }

  /** Corrects the offset by the exchange's time, and returns whether it changed. */
  boolean learn(Trip trip, long serverTime) {
    long difference = serverTime - trip.middle();
    long ahead = trip.offset + difference;
    boolean believed =
        Math.abs(difference) >= SMALLEST_DIFFERENCE && Math.abs(ahead) <= LARGEST_OFFSET;
    if (believed) {
      offset.set(ahead);
    }
    return believed;
  }

  private static long monotonic() {
    return System.nanoTime() / 1_000_000;
  }
}
