/** How a call ends that has not done what was asked. */
import type { Envelope } from "./answers.js";
import type { Facts, Reply } from "./decisions.js";

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

/** How a call ends with a reply of a kind; of any other kind, refused. */
const ENDINGS: Readonly<Record<string, EndingKind>> = {
  notSent: "notSent",
  late: "notSent",
  notOpen: "notOpen",
  notFound: "notFound",
  unavailable: "unknown",
  open: "stillOpen",
};

/** Returns the ending of a call. Without a word, the last reply says it. */
export function endingOf(facts: Facts, word: string, because: Reply | undefined): Ending {
  const { act, repeat } = facts.operation.outcome;
  const kind = word || (because?.kind ?? "");
  const ending = ["alreadyCanceled", "filled", "failed", "unknown"].includes(kind)
    ? (kind as EndingKind)
    : (ENDINGS[kind] ?? "refused");
  // By client order id, another cancel could hit a newer order that uses the id again.
  const isSureOfId = facts.byPermanentId && !facts.idInDoubt;
  const isHarmless = word === "unknown" && act === "cancel" && repeat !== "never" && isSureOfId;
  const query: Advice = isHarmless ? "queryOrCancelAgain" : "query";
  const advice: Record<EndingKind, Advice> = {
    alreadyCanceled: "nothing",
    filled: "nothing",
    failed: "nothing",
    stillOpen: "cancelAgain",
    notOpen: facts.canSettle ? query : "error",
    unknown: facts.canSettle ? query : "error",
    notFound: word && !facts.byPermanentId ? "useOrderId" : "checkNames",
    refused: "error",
    notSent: "error",
  };
  const states = ["nothing", "cancelAgain"].includes(advice[ending]);
  return new Ending(ending, advice[ending], because?.error, states ? facts.read?.order : undefined);
}
