import { openSourceServer } from "../fetch/http.ts";
import { createWholeDownload } from "../fetch/whole.ts";
import type { Download, SourceSettings, SourceTools } from "../system.ts";
import { parseGgusCsv } from "./csv.ts";
import { parseGgusXml } from "./xml.ts";

const PORTAL = "https://ggus.eu/";
/** Search for all open tickets, newest first. */
const SEARCH = {
  mode: "ticket_search",
  status: "open",
  date_type: "creation date",
  tf_radio: "1",
  timeframe: "any",
  orderticketsby: "REQUEST_ID",
  orderhow: "desc",
};

/** Fetches all open tickets of GGUS in one answer, by X.509 client certificate. */
export function createGgusDownload(settings: SourceSettings, tools: SourceTools): Download {
  const format = settings.format === "xml" ? "xml" : "csv";
  const access = { scheme: "Bearer ", usesCertificate: true, server: PORTAL, section: "tickets.ggus" } as const;
  const { get, base } = openSourceServer(settings, access, tools);
  const address = searchAddress(base, format);
  return createWholeDownload(
    {
      get,
      url: () => address,
      accept: format === "xml" ? "text/xml" : "text/csv",
      parse: format === "xml" ? parseGgusXml : parseGgusCsv,
      repeats: false,
    },
    tools,
  );
}

/** The address with the search in it, unless it comes with a query of its own. */
function searchAddress(base: string, format: "csv" | "xml"): string {
  const url = new URL(base);
  if (url.search === "") {
    url.search = new URLSearchParams({ ...SEARCH, writeFormat: format.toUpperCase() }).toString();
  }
  return url.toString();
}
