package bingx.spot;

import java.util.function.Supplier;

/** Sets the clock right where the exchange refuses a timestamp, once in a call. */
final class Repair {
  private final Clock clock;
  private boolean done;

  /** The exchange's time that was told last, in Unix milliseconds, or null. */
  Long told;

  /** What to do after an answer. */
  enum Step {
    /** Let the answer stand. */
    STOP,
    /** Ask for the exchange's time, for the refusal does not tell it. */
    ASK,
    /** Stamp, sign and send again. */
    AGAIN
  }

  /** Makes the repair of one call, which was done before or may still be. */
  Repair(Clock clock, boolean done) {
    this.clock = clock;
    this.done = done;
  }

  /** Says what to do after a refusal. */
  Step refused(Clock.Trip trip, RefusedException refused, Answer answer) {
    if (done || refused.row.category() != ErrorRow.Category.CLOCK) {
      return Step.STOP;
    }
    done = true;
    return mend(trip, answer::time);
  }

  /** Says what to do after the answer to {@code serverTime}. */
  Step asked(Clock.Trip trip, Answer answer) {
    Step step = mend(trip, () -> serverTime(answer));
    return step == Step.ASK ? Step.STOP : step;
  }

  private Step mend(Clock.Trip trip, Supplier<Long> time) {
    if (clock.offset() != trip.offset()) {
      // Another call has set the clock since this one was stamped.
      return Step.AGAIN;
    }
    told = time.get();
    if (told == null) {
      return Step.ASK;
    }
    return clock.learn(trip, told) ? Step.AGAIN : Step.STOP;
  }

  private static Long serverTime(Answer answer) {
    try {
      return Json.integer(
          answer.believed(Operation.named("serverTime"), Parameters.NONE).get("serverTime"));
    } catch (RefusedException refused) {
      return null;
    }
  }
}
