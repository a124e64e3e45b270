/** Cancel a spot order on the BingX exchange: the generated client over a fetch that signs. */
import { stringify } from "lossless-json";
import createClient, { type Client } from "openapi-fetch";
import { bingxFetch, checkOrigin, type Options } from "./fetch.js";
import type { paths } from "./generated/api.js";

export { BingxError, type Row } from "./answers.js";
export { Clock } from "./clock.js";
export { Credentials } from "./credentials.js";
export { bingxFetch, type Options, type Placement } from "./fetch.js";
export type { components, paths } from "./generated/api.js";
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
  return createClient<paths>({ baseUrl, fetch: bingxFetch(options), bodySerializer: stringify });
}
