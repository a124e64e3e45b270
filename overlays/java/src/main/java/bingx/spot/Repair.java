package bingx.spot;

import java.util.function.Supplier;

/** Corrects the clock once per call if the exchange refuses a timestamp. */
final class Repair {
  private final Clock clock;
  private boolean done;

  /** The exchange's time of the last answer, in Unix milliseconds, or null. */
  Long serverTime;

  /** The next step after an answer. */
  enum Step {
    /** Return the answer. */
    STOP,
    /** Request the exchange's time, which the refusal does not hold. */
    ASK,
    /** Stamp, sign and send again. */
    AGAIN
  }

  /** Creates the repair of one call; done if it was repaired before. */
  Repair(Clock clock, boolean done) {
    this.clock = clock;
    this.done = done;
  }

  /** Returns what to do after a refusal. */
  Step refused(Clock.Trip trip, RefusedException refused, Answer answer) {
    if (done || refused.row.category() != ErrorRow.Category.CLOCK) {
      return Step.STOP;
    }
    done = true;
    return repair(trip, answer::time);
  }

  /** Returns what to do after the answer with the exchange's time. */
  Step asked(Clock.Trip trip, Answer answer) {
    Step step = repair(trip, () -> timeIn(answer));
    return step == Step.ASK ? Step.STOP : step;
  }

  private Step repair(Clock.Trip trip, Supplier<Long> time) {
    if (clock.offset() != trip.offset()) {
      // Another call has corrected the clock since this one was stamped.
      return Step.AGAIN;
    }
    serverTime = time.get();
    if (serverTime == null) {
      return Step.ASK;
    }
    return clock.learn(trip, serverTime) ? Step.AGAIN : Step.STOP;
  }

  private static Long timeIn(Answer answer) {
    try {
      return Json.integer(
          answer
              .verified(Operation.named(Operation.TIME.operation()), Parameters.NONE)
              .get(Operation.TIME.field()));
    } catch (RefusedException refused) {
      return null;
    }
  }
}
