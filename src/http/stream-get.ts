import { Address } from "../alert/address.ts";
import type { Clock } from "../alert/clock.ts";
import { createHttpClient, type HttpOptions } from "./client.ts";
import { HttpFault } from "./fault.ts";

export interface StreamAnswer {
  /** Null when the server says that nothing has changed since (304). */
  readonly bytes: AsyncIterable<Uint8Array> | null;
  readonly etag: string | null;
  readonly lastModified: string | null;
}

/**
 * Sends one GET to an address of the server.
 * @throws HttpFault; reading the bytes may throw it too. UserError for a bad certificate
 */
export type StreamGet = (url: string, headers?: Readonly<Record<string, string>>) => Promise<StreamAnswer>;

const MAX_REDIRECTS = 3;

/** Makes the GET of large answers: a token never goes unencrypted over a network, redirects stay within the server. */
export function createStreamGet(settings: HttpOptions, clock: Clock): StreamGet {
  const client = createHttpClient({ ...settings, refusesOpenSecret: true, redirects: MAX_REDIRECTS }, clock);
  return async (url, headers = {}) => {
    const { status, header, bytes } = await client.stream({ method: "GET", url, headers });
    if (status !== 200 && status !== 304) {
      throw new HttpFault({ kind: "refused", status, said: "", retryAfter: null }, Address.parse(url).toString());
    }
    return { bytes: status === 304 ? null : bytes, etag: header("etag"), lastModified: header("last-modified") };
  };
}
