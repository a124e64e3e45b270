import { canonicalString, type Pair, sign, withSignature } from "./signing.js";

/** A key of a few characters, as on a sandbox, is part of many words: masking it would spoil answers. */
const SHORTEST_MASKED = 12;

/** Holds an API key and its secret. Private fields show in no `console.log`, JSON or template string. */
export class Credentials {
  readonly #apiKey: string;
  readonly #apiSecret: string;

  constructor(apiKey: string, apiSecret: string) {
    // Checked here, for the platform's own error about a header shows its value.
    if (!/^[!-~]+$/.test(apiKey) || apiSecret === "" || !apiSecret.isWellFormed()) {
      throw new TypeError("the API key must be printable ASCII, the secret text that UTF-8 can carry");
    }
    this.#apiKey = apiKey;
    this.#apiSecret = apiSecret;
  }

  /** Signs the pairs of a request, and puts the API key into its headers. */
  signed(pairs: readonly Pair[], headers: Headers): Pair[] {
    headers.set("X-BX-APIKEY", this.#apiKey);
    return withSignature(pairs, sign(canonicalString(pairs), this.#apiSecret));
  }

  /** Masks the API key and signatures, because a server may repeat the request in its answer. */
  masked(text: string): string {
    const shown = text.replace(/[0-9a-f]{64}/g, "***");
    return this.#apiKey.length < SHORTEST_MASKED ? shown : shown.replaceAll(this.#apiKey, "***");
  }
}
