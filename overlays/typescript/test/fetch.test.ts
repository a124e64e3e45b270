/** Shows what the fetch does on a real socket. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { inspect } from "node:util";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { gzipSync } from "node:zlib";
import { readObject } from "../src/answers.js";
import {
  type BingxError,
  Clock,
  Credentials,
  type components,
  createBingx,
  Ending,
  InvalidParameter,
  type Options,
  resolvingFetch,
} from "../src/index.js";
import { canonicalString, sign, signable } from "../src/signing.js";

const KEY = "the-api-key-of-a-test";
const SECRET = "the-api-secret-of-a-test";
const PATH = "/openApi/spot/v1/trade/cancel";
const ORDER = { symbol: "MØTH-USDT", orderId: 1735964079647111281n };
const CANCELED = {
  body: '{"code":0,"msg":"","data":{"symbol":"MØTH-USDT","orderId":1735964079647111281,"status":"CANCELED"}}',
};
const credentials = new Credentials(KEY, SECRET);

interface Received {
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

interface Scripted {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  /** Nothing: it never answers. */
  readonly body?: string | Uint8Array;
  readonly breaks?: boolean;
}

/** Runs a server that gives these answers, one after the other, and returns what it has received. */
async function exchange(answers: Scripted[], use: (url: string) => Promise<unknown>): Promise<Received[]> {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const body = (await request.setEncoding("utf8").toArray()).join("");
    received.push({ path: request.url ?? "", headers: request.headers, body });
    const { status = 200, headers = {}, body: text, breaks } = answers[received.length - 1] ?? {};
    if (breaks) {
      request.socket.destroy();
    }
    if (text !== undefined) {
      response.writeHead(status, { "Content-Type": "application/json", ...headers }).end(text);
    }
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  try {
    await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
  return received;
}

/** Checks the signature of a request wherever it stands, and returns its timestamp. */
function timestampOf({ path, body }: Received): number {
  const sent = body.startsWith("{")
    ? Object.entries(readObject(body))
    : [...new URLSearchParams(body || path.split("?")[1])];
  const { timestamp, signature } = Object.fromEntries(sent);
  assert.equal(signature, sign(canonicalString(signable(sent)), SECRET));
  return Number(timestamp);
}

const cancel = (url: string, options: Partial<Options> = {}) =>
  createBingx(url, { credentials, ...options }).POST(PATH, { body: ORDER });
/** Options by which each request takes a third of the call's time, however busy the machine is. */
function threeRequests(): Partial<Options> {
  let requests = 0;
  const fetch: typeof globalThis.fetch = (input, init) => {
    requests++;
    return globalThis.fetch(input, init);
  };
  return { fetch, timeout: 60_000, clock: new Clock(() => performance.now() + requests * 20_000) };
}

const endsWith = (kind: string, row: string) => (error: unknown) =>
  error instanceof Ending && error.kind === kind && (error.cause as BingxError).row.id === row;

test("each attempt is stamped and signed anew, and the caller's request stays as it is", async () => {
  let now = 1_696_751_141_337;
  const fetch = resolvingFetch({ credentials, clock: new Clock(() => now++) });
  const body = '{"symbol":"MØTH-USDT","orderId":1735964079647111281}';
  const received = await exchange([{ status: 504, body: "" }, CANCELED], async (url) => {
    const request = new Request(url + PATH, { method: "POST", body });
    await fetch(request);
    assert.equal(await request.text(), body);
  });
  const [first = 0, second = 0] = received.map(timestampOf);
  assert.ok(first < second);
});

test("the parameters go into the query string if the server does not see them in JSON", async () => {
  const unseen = { body: '{"code":100412,"msg":"Null signature"}' };
  const received = await exchange([unseen, CANCELED], async (url) => cancel(url));
  assert.deepEqual(
    received.map(({ path, body }) => [path.includes("?"), body.startsWith("{")]),
    [
      [false, true],
      [true, false],
    ],
  );
  for (const sent of received) {
    assert.ok(timestampOf(sent) > 0);
    assert.equal(sent.headers["x-bx-apikey"], KEY);
  }
});

test("calls at the same time learn together that the server does not see JSON", async () => {
  const inBody: boolean[] = [];
  let release = () => {};
  const bothSent = new Promise<void>((resolve) => {
    release = resolve;
  });
  const fetch: typeof globalThis.fetch = async (input) => {
    const { body } = input as Request;
    inBody.push(body !== null);
    if (inBody.length === 2) {
      release();
    }
    await bothSent;
    return new Response(body ? '{"code":100412,"msg":"Null signature"}' : CANCELED.body);
  };
  const bingx = createBingx("https://open-api.bingx.com", { credentials, fetch });
  const cancelled = () => bingx.POST(PATH, { body: ORDER });
  await Promise.all([cancelled(), cancelled()]);
  await cancelled();
  assert.deepEqual(inBody, [true, true, false, false, false]);
});

test("an order id is exact, also where it comes as text", async () => {
  type OrderId = Required<components["schemas"]["CancelOrderRequest"]>["orderId"];
  // @ts-expect-error: a double is no order id.
  const rounded: OrderId = Number(ORDER.orderId);
  assert.notEqual(BigInt(rounded), ORDER.orderId);
  const asText = { body: CANCELED.body.replace(/\d{19}/, '"$&"') };
  await exchange([CANCELED, asText], async (url) => {
    assert.equal((await cancel(url)).data?.data?.orderId, ORDER.orderId);
    assert.equal((await cancel(url)).data?.data?.orderId, ORDER.orderId);
  });
});

test("a success is believed only for the order that was asked for", async () => {
  const another = { body: CANCELED.body.replace("1281", "1280") };
  const lacking = { body: CANCELED.body.replace("status", "other") };
  for (const answer of [another, lacking, { body: '{"code":0,"data":null}' }]) {
    await exchange(Array(9).fill(answer), async (url) => {
      await assert.rejects(cancel(url, threeRequests()), endsWith("unknown", "success-without-order"));
    });
  }
  const filled = { body: CANCELED.body.replace("CANCELED", "FILLED") };
  await exchange([filled, filled], (url) => assert.rejects(cancel(url), { kind: "filled" }));
});

test("a cancel names the order by no id that is none, though a query states it", async () => {
  for (const id of ["0", "-5", '""', '"abc"', "[]"]) {
    const order = CANCELED.body.replace("1735964079647111281", `${id},"clientOrderID":"my-1"`);
    const query = { body: order.replace("CANCELED", "NEW") };
    const last = { body: CANCELED.body.replace("1735964079647111281", '$&,"clientOrderID":"my-1"') };
    const answers = [{ status: 504, body: "" }, query, query, query, last];
    const received = await exchange(answers, (url) =>
      createBingx(url, { credentials }).POST(PATH, { body: { symbol: ORDER.symbol, clientOrderID: "my-1" } }),
    );
    const sent = received.at(-1)?.body ?? "";
    assert.ok(sent.includes('"clientOrderID":"my-1"') && !sent.includes("orderId"), `${id}: ${sent}`);
  }
});

test("a refused timestamp is sent again with the exchange's time, asked for if need be", async () => {
  const refusal = { body: '{"code":100421,"msg":"timestamp mismatch"}', headers: { Date: "" } };
  const time = { body: `{"code":0,"data":{"serverTime":${Date.now() + 3_600_000}}}` };
  const clock = new Clock();
  const received = await exchange([refusal, time, CANCELED], async (url) => cancel(url, { clock }));
  assert.deepEqual(
    received.map(({ headers }) => headers["x-bx-apikey"]),
    [KEY, undefined, KEY],
  );
  assert.ok(Math.abs(clock.offset - 3_600_000) < 5000);
});

test("a redirect is not followed, and an answer that does not come is not waited for", async () => {
  const away = { status: 302, headers: { Location: "/elsewhere" }, body: "" };
  const received = await exchange(Array(9).fill(away), async (url) => {
    await assert.rejects(cancel(url, threeRequests()), endsWith("unknown", "http-redirect"));
  });
  assert.ok(!received.some(({ path }) => path === "/elsewhere"));
  await exchange([], (url) => assert.rejects(cancel(url, { timeout: 1000 }), { kind: "unknown" }));
});

test("a silent call ends in time or by its signal, whatever is forgotten", { timeout: 20_000 }, async () => {
  setFlagsFromString("--expose-gc");
  const forget: () => void = runInNewContext("gc");
  const fetch: typeof globalThis.fetch = (input, init) => {
    setTimeout(100).then(forget);
    return globalThis.fetch(input, init);
  };
  const body = '{"symbol":"BTC-USDT","orderId":1735964079647111281}';
  await exchange([], async (url) => {
    await assert.rejects(cancel(url, { fetch, timeout: 400 }), { kind: "unknown" });
    const stop = new AbortController();
    setTimeout(300).then(() => stop.abort());
    const call = resolvingFetch({ credentials, fetch, timeout: 60_000 });
    await assert.rejects(call(new Request(url + PATH, { method: "POST", body, signal: stop.signal })), {
      kind: "unknown",
    });
  });
});

test("of an answer that unpacks to very much, or has no end, no more is read than an answer has", async () => {
  const body = gzipSync(CANCELED.body + " ".repeat(2_000_000));
  const received = await exchange([{ body, headers: { "Content-Encoding": "gzip" } }, CANCELED], cancel);
  assert.equal(received.length, 2);
});

test("a call without a timeout waits for its answer", async () => {
  const fetch: typeof globalThis.fetch = async (_, init) => {
    await setTimeout(50, undefined, { signal: init?.signal as AbortSignal });
    return new Response('{"code":0,"data":{"orders":[],"fails":[]}}');
  };
  const bingx = createBingx("https://open-api.bingx.com", { credentials, fetch, timeout: Infinity });
  await bingx.POST("/openApi/spot/v1/trade/cancelOpenOrders", { body: { symbol: "BTC-USDT" } });
});

test("no recvWindow proves that an order is still open, and 0 stands for the default", async () => {
  const open = { body: CANCELED.body.replace("CANCELED", "NEW") };
  for (const recvWindow of [-100_000, 0, Number.NaN]) {
    let now = 0;
    const fetch: typeof globalThis.fetch = async () => {
      now += 500;
      return new Response(open.body);
    };
    // Too short to prove it after the default window.
    const timeout = 30_000;
    const call = resolvingFetch({
      credentials,
      fetch,
      timeout,
      clock: new Clock(() => now),
      sleep: () => setTimeout(5),
    });
    const query = new URLSearchParams({
      symbol: "MØTH-USDT",
      orderId: `${ORDER.orderId}`,
      recvWindow: `${recvWindow}`,
    });
    const sent = call(`https://open-api.bingx.com${PATH}?${query}`, { method: "POST" });
    await assert.rejects(sent, { kind: "unknown" });
  }
});

test("a refusal that is not UTF-8, or begins with a byte order mark, says nothing", async () => {
  const refusal = '{"code":80014,"msg":"symbol is required ÿ"}';
  const bodies = [Buffer.from(refusal, "latin1"), Buffer.from(`\ufeff${refusal}`)];
  const received = await exchange([...bodies.map((body) => ({ body })), CANCELED], cancel);
  assert.equal(received.length, 3);
});

test("an amount that comes as a number becomes a text with the same digits", async () => {
  const body = CANCELED.body.replace(
    "}}",
    ',"price":64123.123456789012345678,"origQty":50000,"stopPrice":0.10}}',
  );
  await exchange([{ body }], async (url) => {
    const { price, origQty, stopPrice } = (await cancel(url)).data?.data ?? {};
    assert.deepEqual([price, origQty, stopPrice], ["64123.123456789012345678", "50000", "0.10"]);
  });
});

test("of an endless text the beginning is read", async () => {
  const body = `{"code":100004,"msg":"no permission${"x".repeat(500_000)}"}`;
  await exchange([{ body }], async (url) => {
    const error = await cancel(url).catch((reason: Error) => reason);
    assert.ok(error instanceof Ending && error.kind === "refused" && error.message.length < 11_000);
  });
});

test("a connection that breaks is another failure than none at all", async () => {
  let gone = "";
  const received = await exchange(
    [{ breaks: true }, CANCELED, ...Array(20).fill({ breaks: true })],
    async (url) => {
      gone = url;
      assert.equal((await cancel(url)).data?.data?.status, "CANCELED");
      await assert.rejects(cancel(url, threeRequests()), { kind: "unknown", advice: "queryOrCancelAgain" });
    },
  );
  assert.ok(received.length > 3);
  await assert.rejects(cancel(gone, threeRequests()), { kind: "notSent" });
});

test("nothing was sent to a server that cannot show that it is the exchange", async () => {
  const cause = Object.assign(new Error("self-signed certificate"), { code: "DEPTH_ZERO_SELF_SIGNED_CERT" });
  const fetch = () => Promise.reject(new TypeError("fetch failed", { cause }));
  await assert.rejects(cancel("https://open-api.bingx.com", { fetch, timeout: 300 }), { kind: "notSent" });
});

test("a fetch may fail with anything, such as the reason of a signal", async () => {
  for (const reason of [null, "stop", { cause: null }]) {
    const call = cancel("https://open-api.bingx.com", { fetch: () => Promise.reject(reason), timeout: 300 });
    await assert.rejects(call, { kind: "unknown" });
  }
});

test("what the contract does not describe is sent once: it could place an order", async () => {
  const received = await exchange(Array(9).fill({ breaks: true }), async (url) => {
    const call = resolvingFetch({ credentials })(`${url}/openApi/spot/v1/trade/undescribed`, {
      method: "POST",
    });
    await assert.rejects(call, { kind: "unknown", advice: "error" });
  });
  assert.equal(received.length, 1);
});

test("what is not allowed is not sent", async () => {
  const received = await exchange([], async (url) => {
    const bingx = createBingx(url, { credentials });
    const both = { ...ORDER, clientOrderID: "my-bot_0001" };
    await assert.rejects(bingx.POST(PATH, { body: both }), InvalidParameter);
    await assert.rejects(bingx.POST(PATH, { body: { symbol: "BTC-USDT" } }), InvalidParameter);
    await assert.rejects(bingx.POST(PATH, { body: { ...ORDER, symbol: "A&B" } }), { parameter: "symbol" });
  });
  assert.deepEqual(received, []);
});

test("no secret is shown, not even where the exchange repeats it", async () => {
  const shown: unknown[] = [
    inspect(credentials, { showHidden: true }),
    JSON.stringify({ credentials }),
    `${credentials}`,
  ];
  const digest = sign("", SECRET);
  await exchange(
    [{ body: `{"code":100001,"msg":"signature ${digest} of ${KEY} is wrong"}` }],
    async (url) => {
      const error = await cancel(url).catch((reason: unknown) => reason);
      assert.match(String(error), /signature \*\*\* of \*\*\* is wrong/);
      shown.push(inspect(error, { depth: 9 }));
    },
  );
  const noHttp = createTcpServer((socket) => socket.once("data", (sent) => socket.end(`${sent}\r\n\r\n`)));
  await once(noHttp.listen(0, "127.0.0.1"), "listening");
  const { port } = noHttp.address() as AddressInfo;
  const error = await cancel(`http://127.0.0.1:${port}`, { timeout: 300 }).catch((reason: unknown) => reason);
  noHttp.close();
  assert.ok(error instanceof Ending && error.kind === "unknown");
  shown.push(inspect(error, { depth: 9 }));
  assert.doesNotMatch(shown.join(), new RegExp(`${KEY}|${SECRET}|[0-9a-f]{64}`));
});

test("what queries have proven of several orders has the types of the contract", async () => {
  const query = (id: number, status: string) => ({
    body: `{"code":0,"data":{"symbol":"BTC-USDT","orderId":${id},"status":"${status}"}}`,
  });
  for (const [name, ids] of Object.entries({ orderIds: "1,2", clientOrderIDs: "a,b" })) {
    const answers = [{ breaks: true }, { breaks: true }, query(1, "CANCELED"), query(2, "FILLED")];
    await exchange(answers, async (url) => {
      const body = { symbol: "BTC-USDT", [name]: ids };
      const bingx = createBingx(url, { credentials });
      const { data } = await bingx.POST("/openApi/spot/v1/trade/cancelOrders", { body });
      assert.equal(data?.data?.orders?.[0]?.orderId, 1n);
      assert.equal(data?.data?.fails?.[0]?.orderId, "2");
    });
  }
});
