/** Checks one case of spec/vectors/safety.json: what a client does not give away, wherever it is put. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout } from "node:timers/promises";
import { inspect } from "node:util";
import {
  type BingxError,
  Clock,
  Credentials,
  createBingx,
  Ending,
  InvalidParameter,
  type Options,
} from "../src/index.js";

// biome-ignore lint/suspicious/noExplicitAny: the schema beside the vectors describes them.
type Json = any;
const CANCELED = '{"code":0,"data":{"symbol":"BTC-USDT","orderId":1735964079647111281,"status":"CANCELED"}}';

export async function isSafe(test: Json, { kind }: Json, { credentials: { key, secret } }: Json) {
  const options = { credentials: new Credentials(key, secret) };
  const checks: Record<string, () => Promise<void>> = {
    baseUrl: () => checksUrl(test, options),
    server: () => survives(test, options, [key, secret]),
    proxy: () => bypasses(test, options),
  };
  await checks[kind]?.();
}

async function cancel(url: string, options: Options): Promise<unknown> {
  try {
    const body = { symbol: "BTC-USDT", orderId: 1735964079647111281n };
    return await createBingx(url, options).POST("/openApi/spot/v1/trade/cancel", { body });
  } catch (error) {
    return error;
  }
}

async function checksUrl({ url, result }: Json, options: Options) {
  let sent = 0;
  const fetch = async () => {
    sent++;
    return new Response(CANCELED);
  };
  const got = await cancel(url, { ...options, fetch });
  assert.equal(got instanceof InvalidParameter, result === "refused", inspect(got));
  assert.equal(sent, result === "refused" ? 0 : 1);
  assert.doesNotMatch(inspect(got), /hunter2/);
}

async function survives({ answer, expected }: Json, options: Options, secrets: string[]) {
  const received: string[] = [];
  const elsewhere = await listen(async (sent, response) => {
    received.push(sent);
    response.end(CANCELED);
  });
  let requests = 0;
  let signature = "";
  const server = await listen(async (sent, response) => {
    requests++;
    [signature = ""] = /[0-9a-f]{64}/.exec(sent) ?? [];
    if (!answer) {
      return;
    }
    const fill = (text: string) =>
      text.replaceAll("{signature}", signature).replaceAll("{elsewhere}", elsewhere.url);
    for (const [name, value] of Object.entries(answer.headers ?? {})) {
      response.setHeader(name, fill(String(value)));
    }
    response.writeHead(Number(answer.status));
    for (const byte of answer.pace === "slow" ? answer.body : []) {
      response.write(byte);
      await setTimeout(100, undefined, { ref: false });
    }
    response.end(answer.pace === "slow" ? "" : fill(answer.body));
  });
  // By its clock each request takes a third of the call's time, however busy the machine is.
  const clock = new Clock(() => performance.now() + requests * 20_000);
  const limits = answer && !answer.pace ? { timeout: 60_000, clock } : { timeout: 1000 };
  const got = await cancel(server.url, { ...options, ...limits });
  server.close();
  elsewhere.close();
  assert.ok(requests >= 1);
  assert.deepEqual(received, []);
  if (expected.row !== undefined) {
    assert.ok(got instanceof Ending, inspect(got));
    const cause = got.cause as Partial<BingxError>;
    assert.equal(cause.row?.id ?? cause.name, expected.row ?? "TimeoutError", inspect(got));
  }
  if (got instanceof Error) {
    const shown = `${got} ${inspect(got, { depth: 9, showHidden: true })}`;
    for (const secret of [signature, ...secrets]) {
      assert.equal(shown.includes(secret), false, `shown: ${shown}`);
    }
  }
}

async function bypasses({ variable }: Json, options: Options) {
  const received: string[] = [];
  const proxy = await listen(async (sent, response) => {
    received.push(sent);
    response.end(CANCELED);
  });
  const server = await listen(async (_, response) => void response.end(CANCELED));
  process.env[variable] = proxy.url;
  const got = await cancel(server.url, options);
  delete process.env[variable];
  server.close();
  proxy.close();
  assert.ok(!(got instanceof Error), inspect(got));
  assert.deepEqual(received, []);
}

async function listen(answer: (sent: string, response: ServerResponse) => Promise<void>) {
  const server: Server = createServer(async (request, response) => {
    const body = (await request.setEncoding("utf8").toArray()).join("");
    await answer(`${request.url} ${body}`, response);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
}
