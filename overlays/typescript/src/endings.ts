/** How a call ends that has not done what was asked. */
import type { Envelope } from "./answers.js";

/**
 * What is certain. After `unknown` the order may be cancelled or not; after the others this call has not cancelled it.
 * `failed`: or expired, or rejected. `stillOpen`: and no request of this call can take effect any more. `notOpen`: filled or
 * cancelled, which could not be learnt in time. `notFound`: by client order id this proves nothing after two hours.
 * `refused`: by the exchange, for the reason in `cause`. `notSent`: the exchange did not get the request.
 */
export type EndingKind =
  | "alreadyCanceled"
  | "filled"
  | "failed"
  | "stillOpen"
  | "notOpen"
  | "notFound"
  | "unknown"
  | "refused"
  | "notSent";

/** What to do; `error` stands for the advice of the row of `cause`, or that of the operation in the contract. */
export type Advice =
  | "nothing"
  | "cancelAgain"
  | "query"
  | "queryOrCancelAgain"
  | "queryEach"
  | "checkNames"
  | "useOrderId"
  | "error";

/** The error of a whole call. Its `cause` is what was said last, or what makes the outcome unknown. */
export class Ending extends Error {
  override readonly name = "Ending";
  readonly kind: EndingKind;
  readonly advice: Advice;
  /** The order as it was last read, for the kinds that state it. */
  readonly order: Envelope | undefined;

  constructor(kind: EndingKind, advice: Advice, cause?: unknown, order?: Envelope) {
    super(`the order is ${kind}${cause instanceof Error ? `: ${cause.message}` : ""}`, { cause });
    this.kind = kind;
    this.advice = advice;
    this.order = order;
  }
}
