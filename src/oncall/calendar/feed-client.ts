import { Address } from "../../alert/address.ts";
import { createHttpClient } from "../../http/client.ts";
import { HttpFault } from "../../http/fault.ts";
import type { FetchText } from "./feeds.ts";

const LARGEST = 5_000_000;

/**
 * Reads calendars over HTTP. Private calendars have their secret in the path: errors name the server only.
 * @param timeout milliseconds for one of them
 */
export function feedClient(timeout = 15_000): FetchText {
  return async (url) => {
    const address = Address.from(url);
    const http = createHttpClient({ address, section: "oncall", timeout, maxBytes: LARGEST, redirects: 3 });
    try {
      const headers = { Accept: "text/calendar" };
      return (await http.request({ method: "GET", url: address.target(), headers })).text;
    } catch (error) {
      throw error instanceof HttpFault ? new Error(`${address.origin} ${error.what} — ${error.hint}`) : error;
    }
  };
}
