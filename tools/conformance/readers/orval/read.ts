// Reads each answer as its generated type, which exists for the compiler alone, and prints what is there.
import { readFileSync } from "node:fs";
import { parse, stringify } from "lossless-json";
import type {
  CancelledOrder,
  CancelOpenOrdersResponse,
  CancelOrderResponse,
  CancelOrdersResponse,
  ErrorResponse,
  OrdersResponse,
  QueriedOrder,
  QueryOrderResponse,
} from "./generated.js";

type Answer =
  | CancelOrderResponse
  | QueryOrderResponse
  | OrdersResponse
  | CancelOpenOrdersResponse
  | CancelOrdersResponse
  | ErrorResponse;

/** What the compiler must agree to: an id is a bigint, and an amount a text. */
export function typed(order: CancelledOrder & QueriedOrder): [bigint?, bigint?, string?, string?, string?] {
  return [order?.orderId, order?.updateTime, order?.price, order?.executedQty, order?.status];
}

/** An integer that no double holds. */
function number(text: string): number | bigint {
  const value = Number(text);
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? BigInt(text) : value;
}

for (const line of readFileSync(process.env.ANSWERS ?? "", "utf8").trimEnd().split("\n")) {
  const [id, , body = ""] = line.split("\t");
  console.log(`${id}\t${stringify(parse(body, undefined, number) as Answer)}`);
}
