import { openSourceServer } from "../fetch/http.ts";
import { createWholeDownload } from "../fetch/whole.ts";
import type { Download, SourceSettings, SourceTools } from "../system.ts";
import { parseSsb } from "./parse.ts";

const PROXY = "https://monit-grafana.cern.ch/api/datasources/proxy/9474/query";
const DATABASE = "monit_production_ssb_otgs";
const HOUR = 3_600_000;
/** What is looked back at when nothing is known yet: outages that began a month ago may still go on. */
const FIRST_WINDOW = 30 * 24;
const USUAL_WINDOW = 2;

/** Fetches the outages of the service status board through Grafana's proxy, by Bearer token. */
export function createSsbDownload(settings: SourceSettings, tools: SourceTools): Download {
  const access = { scheme: "Bearer ", usesCertificate: false, server: PROXY, section: "tickets.ssb" } as const;
  const { get, base } = openSourceServer(settings, access, tools);
  let lastSuccess: Date | null = null;
  const download = createWholeDownload(
    {
      get,
      url: () => queryAddress(base, settings.query, windowSince(lastSuccess, tools.clock())),
      accept: "application/json",
      parse: parseSsb,
      repeats: true,
    },
    tools,
  );
  return async (known) => {
    const startedAt = tools.clock();
    const downloaded = await download(known);
    lastSuccess = startedAt;
    return downloaded;
  };
}

/** Hours to look back: at least the usual window, and everything since the last success, so that no change is missed. */
function windowSince(lastSuccess: Date | null, now: Date): number {
  if (lastSuccess === null) {
    return FIRST_WINDOW;
  }
  const missed = Math.ceil((now.getTime() - lastSuccess.getTime()) / HOUR) + 1;
  return Math.min(FIRST_WINDOW, Math.max(USUAL_WINDOW, missed));
}

function queryAddress(base: string, query: string | undefined, hours: number): string {
  const url = new URL(base);
  if (!url.searchParams.has("db")) {
    url.searchParams.set("db", DATABASE);
  }
  if (query !== undefined) {
    url.searchParams.set("q", query);
  } else if (!url.searchParams.has("q")) {
    url.searchParams.set("q", `select * from outages where time > now() - ${hours}h`);
  }
  return url.toString();
}
