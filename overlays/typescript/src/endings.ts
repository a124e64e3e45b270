/** How a call ends that has not done what was asked. */
import type { Envelope } from "./answers.js";
import type { Facts } from "./decisions.js";
import type { Reply } from "./fetch.js";

/**
 * The kinds, each with what to do. After `unknown` the order may be cancelled or not; after the others this call has not
 * cancelled it. `failed`: or expired, or rejected. `stillOpen`: and no request of this call can take effect any more.
 * `notOpen`: filled or cancelled, which could not be learnt in time. `notFound`: by client order id this proves nothing
 * after two hours. `refused`: by the exchange, for the reason in `cause`. `notSent`: the exchange did not get the request.
 */
const ADVICE = {
  alreadyCanceled: "nothing",
  filled: "nothing",
  failed: "nothing",
  stillOpen: "cancelAgain",
  notOpen: "query",
  notFound: "checkNames",
  unknown: "query",
  refused: "error",
  notSent: "error",
} as const;

export type EndingKind = keyof typeof ADVICE;

/** What to do; `error` stands for the advice of the row of `cause`, or that of the operation in the contract. */
export type Advice = (typeof ADVICE)[EndingKind] | "queryOrCancelAgain" | "queryEach" | "useOrderId";

/** The error of a whole call. Its `cause` is what was said last, or what makes the outcome unknown. */
export class Ending extends Error {
  override readonly name = "Ending";
  readonly kind: EndingKind;
  readonly advice: Advice;
  /** The order as it was last read, for the kinds that state it. */
  readonly order: Envelope | undefined;

  constructor(kind: EndingKind, advice: Advice, cause?: unknown, order?: Envelope) {
    super(`the order is ${kind}${cause instanceof Error ? `: ${cause.message}` : ""}`, { cause });
    [this.kind, this.advice, this.order] = [kind, advice, order];
  }
}

/** Returns the ending of a call. Without a kind, the last reply says it. */
export function endingOf(facts: Facts, ends: EndingKind | undefined, because: Reply | undefined): Ending {
  const said = because?.kind === "unavailable" ? "unknown" : (because?.kind ?? "");
  const kind = ends ?? (said in ADVICE ? (said as EndingKind) : "refused");
  let advice: Advice = ADVICE[kind];
  if (kind === "notFound" && facts.notFound && !facts.byPermanentId) {
    advice = "useOrderId";
  } else if (advice === "query" && !facts.canSettle) {
    advice = "error";
  } else if (kind === "unknown" && facts.byPermanentId && facts.call.operation.outcome.repeat !== "never") {
    // By client order id, another cancel could hit a newer order that uses the id again.
    advice = "queryOrCancelAgain";
  }
  const isStated = advice === "nothing" || advice === "cancelAgain";
  return new Ending(kind, advice, because?.error, isStated ? facts.read?.order : undefined);
}
