import { type HttpGet, showAddress } from "../../http/http.ts";
import { FetchError, type RetryTools, withRetries } from "../../http/retry.ts";
import { readJson } from "../read-json.ts";

/** GETs a JSON value, with retries. @throws FetchError, or UserError for an answer that is no JSON. */
export type GetJson = (url: string) => Promise<unknown>;

/** Makes the GET of JSON values of one server. */
export function createGetJson(get: HttpGet, tools: RetryTools): GetJson {
  return (url) =>
    withRetries(async () => {
      const answer = await get(url, { Accept: "application/json" });
      const where = showAddress(url);
      if (answer.bytes === null) {
        throw new FetchError("answered 304 without being asked what changed", where, "check the proxy before it", {
          isTemporary: true,
        });
      }
      return readJson(answer.bytes, where);
    }, tools);
}
