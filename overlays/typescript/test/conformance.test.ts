/** Runs every vector, and cancels an order where BINGX_URL names an exchange. The tally goes to conformance.json. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { after, test } from "node:test";
import {
  type Answer,
  BingxError,
  type Envelope,
  readObject,
  serverTimeOf,
  validated,
} from "../src/answers.js";
import { Clock } from "../src/clock.js";
import { operations } from "../src/generated/contract.js";
import { Credentials, createBingx, InvalidParameter } from "../src/index.js";
import * as signing from "../src/signing.js";
import { endsAsItMust } from "./outcome.js";
import { isSafe } from "./safety.js";

const { BINGX_SPEC, BINGX_URL, BINGX_API_KEY, BINGX_API_SECRET, BINGX_SYMBOL, BINGX_ORDER_ID } = process.env;
const outcomes = { passed: 0, total: 0 };
const tally = { passed: 0, total: 0, skipped: 0 };
const cancelled = { orderId: null as string | null, status: null as string | null };

// biome-ignore lint/suspicious/noExplicitAny: the schemas beside the vectors describe them.
type Json = any;

function vectors(
  file: string,
  check: (vector: Json, group: Json, suite: Json) => unknown,
  count: { passed: number; total: number } = tally,
): void {
  const suite: Json = readObject(readFileSync(`${BINGX_SPEC}/vectors/${file}.json`, "utf8"));
  const held = suite.groups.flatMap((group: Json) => group.tests).length;
  assert.equal(held, Number(suite.numberOfTests), `${file} is not whole`);
  for (const group of suite.groups) {
    for (const vector of group.tests) {
      test(`${file} ${vector.id}`, async () => {
        count.total++;
        await check(vector, group, suite);
        count.passed++;
      });
    }
  }
}

/** Compares under the name of the stage, so that a failure shows the stage, the expected and the actual value. */
function same(stage: string, got: unknown, expected: unknown): void {
  assert.deepEqual({ [stage]: got }, { [stage]: expected });
}

const NOT_JSON: Record<string, unknown> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  "-Infinity": Number.NEGATIVE_INFINITY,
  HighSurrogate: "a\ud83d",
  LowSurrogate: "a\udc36",
};

vectors("signing", (vector, { secret }) => {
  const special = Object.entries(vector.notJson ?? {}).map(([name, kind]) => [
    name,
    NOT_JSON[kind as string],
  ]);
  const parameters = [...Object.entries(vector.parameters), ...special] as [string, unknown][];
  if (vector.result === "refused") {
    const names = (error: unknown) =>
      error instanceof InvalidParameter && error.parameter === vector.refusal.parameter;
    assert.throws(() => signing.signable(parameters), names, `not refused: ${vector.refusal.parameter}`);
    return;
  }
  const pairs = signing.signable(parameters);
  const signature = signing.sign(signing.canonicalString(pairs), secret);
  const signed = signing.withSignature(pairs, signature);
  same("canonical", signing.canonicalString(pairs), vector.canonical);
  same("signature", signature, vector.signature);
  same("json", signing.jsonBody(signed), vector.json);
  same("query", signing.queryString(signed), vector.query);
  same("form", signing.queryString(signed), vector.form);
});

function answerOf({ status, headers = {}, body }: Json): Answer {
  return { status: Number(status), headers: new Headers(headers), body };
}

function operationOf(name: string) {
  const found = operations.find(({ id }) => id === name);
  return found ?? assert.fail(`no operation ${name}`);
}

vectors("answers", ({ operation = "cancelOrder", answer, expected }) => {
  const error = validated(operationOf(operation), { orderId: 1n }, answerOf(answer));
  assert.ok(error instanceof BingxError, "believed");
  same("row", error.row.id, expected.row);
  same("category", error.row.category, expected.category);
  same("order", error.row.order, expected.order);
  same("retryAt", error.retryAt ?? null, expected.retryAt && Number(expected.retryAt));
});

vectors("clock", ({ operation, before, sentAt, receivedAt, answer, expected }) => {
  const clock = new Clock();
  clock.offset = Number(before.offsetNow);
  const trip = { offset: Number(before.offset), sentAt: Number(sentAt), receivedAt: Number(receivedAt) };
  const result = validated(operationOf(operation), {}, answerOf(answer));
  const time = result instanceof BingxError ? result.serverTime : serverTimeOf(result.data as Envelope);
  const step =
    operation === "serverTime"
      ? clock.learn(result instanceof BingxError ? undefined : time, trip)
      : clock.after(result as BingxError, trip, before.repaired);
  same("again", step === true, expected.again);
  same("ask", step === "ask", expected.ask);
  same("offset", clock.offset, Number(expected.offset));
  if (expected.serverTime !== null) {
    same("serverTime", time, Number(expected.serverTime));
  }
});

vectors("parse", async ({ operation, parameters, answer, fields }) => {
  const { method, path } = operationOf(operation);
  const credentials = new Credentials("key", "secret");
  const fetch = async () => new Response(answer.body);
  const bingx = createBingx("https://open-api.bingx.com", { credentials, fetch });
  const { data } =
    method === "POST"
      ? await bingx.POST(path as "/openApi/spot/v1/trade/cancel", { body: parameters })
      : await bingx.GET(path as "/openApi/spot/v1/trade/query", { params: { query: parameters } });
  for (const [place, expected] of Object.entries(fields)) {
    const held = place.split(".").reduce((value: Json, step) => value[step], data?.data);
    same(place, String(held), expected);
  }
});

vectors("safety", isSafe);

vectors("outcome", (vector, _, { begin }) => endsAsItMust(vector, Number(begin)), outcomes);

test("an order is cancelled, its id exact", { skip: !BINGX_URL }, async () => {
  const credentials = new Credentials(BINGX_API_KEY ?? "", BINGX_API_SECRET ?? "");
  const bingx = createBingx(BINGX_URL ?? "", { credentials });
  const body = { symbol: BINGX_SYMBOL ?? "", orderId: BigInt(BINGX_ORDER_ID ?? "") };
  const { data } = await bingx.POST("/openApi/spot/v1/trade/cancel", { body });
  cancelled.orderId = data?.data?.orderId?.toString() ?? null;
  cancelled.status = data?.data?.status ?? null;
  assert.deepEqual(cancelled, { orderId: BINGX_ORDER_ID, status: "CANCELED" });
});

after(() => {
  const { devDependencies } = JSON.parse(readFileSync("package.json", "utf8"));
  const generator = `openapi-typescript ${devDependencies["openapi-typescript"]}`;
  const said = { language: "TypeScript", generator, ...tally, outcomes, ...cancelled };
  writeFileSync("conformance.json", `${JSON.stringify(said)}\n`);
});
