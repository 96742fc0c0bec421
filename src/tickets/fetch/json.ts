import { HttpFault } from "../../http/fault.ts";
import type { RetryTools } from "../../http/retry.ts";
import type { StreamGet } from "../../http/stream-get.ts";
import { readJson } from "../read-json.ts";
import { showAddress } from "./http.ts";
import { fetchWithRetries } from "./retry.ts";

export const UNASKED = "nothing changed, without being asked what changed";

/** GETs a JSON value, with retries. @throws HttpFault, or UserError for an answer that is no JSON. */
export type GetJson = (url: string) => Promise<unknown>;

/** Makes the GET of JSON values of one server. */
export function createGetJson(get: StreamGet, tools: RetryTools): GetJson {
  return (url) =>
    fetchWithRetries(async () => {
      const answer = await get(url, { Accept: "application/json" });
      const where = showAddress(url);
      if (answer.bytes === null) {
        throw new HttpFault({ kind: "refused", status: 304, said: UNASKED, retryAfter: null }, where);
      }
      return readJson(answer.bytes, where);
    }, tools);
}
