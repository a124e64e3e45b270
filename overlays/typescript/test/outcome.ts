/** Checks one case of spec/vectors/outcome.json, in virtual time: what a client sends, and how its call ends. */
import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import { inspect } from "node:util";
import { BingxError, readObject } from "../src/answers.js";
import { operations } from "../src/generated/contract.js";
import { Clock, Credentials, Ending, Memory, type Options, resolvingFetch } from "../src/index.js";

// biome-ignore lint/suspicious/noExplicitAny: the schema beside the vectors describes them.
type Json = any;
/** The client's clock has whole milliseconds. */
const CLOSE = 0.002;
const [KEY, SECRET] = ["the-api-key-of-a-test", "the-api-secret-of-a-test"];

/** A time that passes when nothing is left to do. */
class VirtualTime {
  now = 0;
  readonly #waiting = new Set<{ at: number; wake: () => void }>();

  readonly sleep = (milliseconds: number, signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      const waiter = { at: this.now + milliseconds, wake: resolve };
      this.#waiting.add(waiter);
      // What is cancelled never ends.
      signal.addEventListener("abort", () => this.#waiting.delete(waiter));
    });

  async run<T>(work: Promise<T>): Promise<T> {
    const state: { done: boolean } = { done: false };
    const finish = () => {
      state.done = true;
    };
    work.then(finish, finish);
    while (!state.done) {
      // Two rounds of the event loop: bodies are read in between.
      await setImmediate();
      await setImmediate();
      const [next] = [...this.#waiting].sort((one, other) => one.at - other.at);
      if (next && !state.done) {
        this.#waiting.delete(next);
        this.now = Math.max(next.at, this.now);
        next.wake();
      }
    }
    return work;
  }
}

interface Sent {
  readonly operation: string;
  readonly placement: string;
  readonly parameters: Json;
  readonly at: number;
}

export async function endsAsItMust(test: Json, begin: number): Promise<void> {
  const { operation: name, parameters, timeout, earlier, server, expected } = test;
  const [time, sent, memory] = [new VirtualTime(), [] as Sent[], new Memory()];
  for (let error = 0; error < Number(earlier?.times ?? 0); error++) {
    memory.meet(operationNamed(earlier.operation), earlier.code, begin);
  }
  const options: Options = {
    credentials: new Credentials(KEY as string, SECRET as string),
    timeout: Number(timeout) * 1000,
    clock: new Clock(() => begin + time.now),
    sleep: time.sleep,
    fetch: answering(server, time, sent),
  };
  const { method, path } = operationNamed(name);
  const query = new URLSearchParams(Object.entries(parameters).map(([key, value]) => [key, String(value)]));
  const url = new URL(`https://open-api.bingx.com${path}?${query}`);
  const result = await time.run(
    resolvingFetch(options, memory)(url, { method }).then(
      (response) => response.json(),
      (error: unknown) => error,
    ),
  );
  const took = time.now / 1000;
  assert.ok(
    took <= Number(timeout) + CLOSE && took >= Number(expected.earliest ?? 0),
    `ended after ${took} s`,
  );
  checkRequests(expected, sent);
  checkEnding(expected, operationNamed(name), result);
  const shown = inspect(result, { depth: 9, showHidden: true });
  assert.doesNotMatch(shown, new RegExp(`${KEY}|${SECRET}|[0-9a-f]{64}`));
}

function operationNamed(name: string) {
  return operations.find(({ id }) => id === name) ?? assert.fail(`no operation ${name}`);
}

/** Returns a fetch that answers by the behaviours of a test. */
function answering(server: Json, time: VirtualTime, sent: Sent[]): typeof globalThis.fetch {
  return async (input) => {
    const request = input as Request;
    const { pathname, searchParams } = new URL(request.url);
    const operation = operations.find(({ path, method }) => path === pathname && method === request.method);
    const body = await request.text();
    const parameters = body ? readObject(body) : Object.fromEntries(searchParams);
    const at = time.now / 1000;
    const id = operation?.id ?? "";
    sent.push({ operation: id, placement: body ? "json" : "query", parameters, at });
    while (server[id].length > 1 && server[id][0].until !== undefined && at >= Number(server[id][0].until)) {
      server[id].shift();
    }
    const keep = server[id].length === 1 || server[id][0].until !== undefined;
    const { answer, failure, after = 0 } = keep ? server[id][0] : server[id].shift();
    const aborted = new Promise<never>((_, reject) => {
      request.signal.addEventListener("abort", () => reject(request.signal.reason));
    });
    // Nobody waits for it any more once the request is answered.
    aborted.catch(() => undefined);
    if (failure === "silence") {
      return aborted;
    }
    if (after) {
      await Promise.race([time.sleep(Number(after) * 1000, request.signal), aborted]);
    }
    if (failure) {
      const code = failure === "unreached" ? "ECONNREFUSED" : "ECONNRESET";
      throw new TypeError("fetch failed", { cause: Object.assign(new Error(code), { code }) });
    }
    return new Response(answer.body, { status: Number(answer.status), headers: answer.headers ?? {} });
  };
}

function checkRequests({ requests, more }: Json, sent: readonly Sent[]): void {
  const left: Record<string, number> = Object.fromEntries(
    Object.entries(more).map(([name, count]) => [name, Number(count)]),
  );
  for (const [index, { operation, placement, parameters, at }] of sent.entries()) {
    const wanted = requests[index];
    if (!wanted) {
      left[operation] = (left[operation] ?? 0) - 1;
      assert.ok((left[operation] ?? 0) >= 0, `request ${index} is ${operation}`);
      continue;
    }
    assert.equal(operation, wanted.operation, `request ${index}`);
    assert.equal(placement, wanted.placement ?? placement);
    for (const [name, value] of Object.entries(wanted.parameters ?? {})) {
      assert.equal(String(parameters[name]), String(value), name);
    }
    assert.ok(at >= Number(wanted.earliest ?? 0), `request ${index} is sent after ${at} s`);
    assert.ok(at <= Number(wanted.latest ?? at), `request ${index} is sent after ${at} s`);
  }
  assert.ok(sent.length >= requests.length, `only ${sent.length} requests`);
}

function checkEnding(
  expected: Json,
  { outcome, answer }: ReturnType<typeof operationNamed>,
  result: Json,
): void {
  if (!(result instanceof Error)) {
    const { data } = result;
    const ending = outcome.act === "cancel" && !answer.items ? "canceled" : "done";
    assert.deepEqual([ending, "nothing"], [expected.ending, expected.advice]);
    checkOrder(expected.order, data);
    for (const [name, ids] of Object.entries(expected.lists ?? {})) {
      assert.deepEqual((data[name] ?? []).map(({ orderId }: Json) => String(orderId)).sort(), ids);
    }
    return;
  }
  assert.ok(result instanceof Ending, inspect(result));
  assert.deepEqual([result.kind, result.advice], [expected.ending, expected.advice], inspect(result));
  checkOrder(expected.order, result.order);
  const cause: Json = result.cause;
  if (cause instanceof BingxError || expected.row) {
    assert.equal(cause.row.id, expected.row ?? cause.row.id);
    assert.equal(Number(cause.code), Number(expected.code ?? cause.code));
    assert.equal(cause.retryAt, expected.retryAt === undefined ? cause.retryAt : Number(expected.retryAt));
  }
}

function checkOrder(expected: Json, order: Json): void {
  if (expected) {
    assert.deepEqual({ orderId: String(order?.orderId), status: order?.status }, expected);
  }
}
