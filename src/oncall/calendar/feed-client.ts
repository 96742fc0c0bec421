import axios from "axios";
import type { FetchText } from "./feeds.ts";

const LARGEST = 5_000_000;

/** Reads calendars over HTTP. @param timeout milliseconds for one of them */
export function feedClient(timeout = 15_000): FetchText {
  return async (url) => {
    const answer = await axios.get<string>(url, {
      timeout,
      maxContentLength: LARGEST,
      responseType: "text",
      transformResponse: (text: string) => text,
      headers: { accept: "text/calendar" },
    });
    return answer.data;
  };
}
