/** Cancel a spot order on the BingX exchange: the generated client over a fetch that signs. */
import { stringify } from "lossless-json";
import createClient, { type Client } from "openapi-fetch";
import { checkOrigin, type Options } from "./fetch.js";
import type { paths } from "./generated/api.js";
import { resolvingFetch } from "./resolver.js";

export { BingxError } from "./answers.js";
export { Clock } from "./clock.js";
export { Credentials } from "./credentials.js";
export { type Advice, Ending, type EndingKind } from "./endings.js";
export type { Options } from "./fetch.js";
export type { components, paths } from "./generated/api.js";
export type { Row } from "./generated/contract.js";
export { Memory } from "./memory.js";
export { resolvingFetch } from "./resolver.js";
export { InvalidParameter } from "./signing.js";

/**
 * Makes a typed client of the exchange.
 *
 * @param baseUrl The origin of the exchange, such as `https://open-api.bingx.com`.
 * @throws {InvalidParameter} The API key would be sent in clear.
 */
export function createBingx(baseUrl: string, options: Options): Client<paths> {
  checkOrigin(baseUrl);
  // Bodies are written with bigints in full.
  return createClient<paths>({ baseUrl, fetch: resolvingFetch(options), bodySerializer: stringify });
}
