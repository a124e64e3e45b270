/** The requests of one call: one attempt at a time, when nothing bars it, each with an end. */
import { SHORTEST_ATTEMPT } from "./decisions.js";
import { attempts, type Call, type Options, type Reply } from "./fetch.js";
import type { Memory } from "./memory.js";

/** How long to wait for an answer; after silence four times as long. Milliseconds. */
const FIRST_SILENCE = 2000;
/** What the platform's fetch says if it found no connection. */
const UNREACHED = ["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "UND_ERR_CONNECT_TIMEOUT"];

/** The options of whole calls, with those that have a default. */
export type Whole = Options & Required<Pick<Options, "clock" | "timeout" | "sleep">>;

/** Returns what makes an attempt of a call before the deadline, as soon as nothing bars it. */
export function requests(options: Whole, memory: Memory, deadline: number) {
  const { clock, sleep } = options;
  const attempt = attempts(options);
  let silent = 0;

  /** Waits until the exchange accepts a request, or returns the reply that says that it will not in time. */
  const barred = async ({ operation, signal }: Call, knownOpen: boolean): Promise<Reply | undefined> => {
    for (;;) {
      const now = clock.machine();
      const locked = memory.lockedUntil(operation);
      const until = memory.barredUntil(operation, knownOpen);
      const isNear = locked <= now;
      if (until <= now) {
        const isLate = deadline - now < SHORTEST_ATTEMPT || signal.aborted;
        return isLate ? unsent("notSent", "the deadline has passed") : undefined;
      }
      if (until >= deadline || (isNear && operation.outcome.settledBy)) {
        return unsent(isNear ? "nearLock" : "locked", `locked for another ${until - now} ms`);
      }
      await sleep(until - now, signal);
    }
  };

  return async (call: Call, knownOpen = false): Promise<Reply> => {
    const bar = await barred(call, knownOpen);
    if (bar) {
      return bar;
    }
    const { operation } = call;
    const began = clock.machine();
    const left = deadline - began;
    const patience = Math.max(Math.min(FIRST_SILENCE * 4 ** silent, left * 0.6), SHORTEST_ATTEMPT);
    const [silence, answered] = [new AbortController(), new AbortController()];
    sleep(operation.outcome.repeat === "never" ? left : patience, answered.signal).then(() =>
      silence.abort(new DOMException("no answer in time", "TimeoutError")),
    );
    const signal = AbortSignal.any([call.signal, silence.signal]);
    try {
      const reply = await attempt({ ...call, signal, inQuery: memory.inQuery === true });
      memory.note(operation, reply.error, clock);
      return reply;
    } catch (error) {
      silent += Number(silence.signal.aborted);
      const { code = "" } = ((error as Error).cause ?? {}) as { code?: string };
      const kind = UNREACHED.includes(code) ? "notSent" : "unavailable";
      return { kind, order: {}, error: error as Error, began, timestamp: began + clock.offset };
    } finally {
      answered.abort();
    }
  };
}

function unsent(kind: string, problem: string): Reply {
  return { kind, order: {}, error: new Error(`not sent: ${problem}`), began: 0, timestamp: 0 };
}
