import { UserError } from "../../alert/user-error.ts";
import { collect } from "../collect.ts";
import { openSourceServer, showAddress } from "../fetch/http.ts";
import { createGetJson, type GetJson } from "../fetch/json.ts";
import type { Parsed } from "../problem.ts";
import type { Download, Downloaded, SourceSettings, SourceTools } from "../system.ts";
import { readJiraIssue, readJiraPage } from "./parse.ts";

const SERVER = "https://its.cern.ch/jira";
const USUAL_QUERY = "project = CMSKUBERNETES AND statusCategory != Done";
const FIELDS = "summary,description,status,priority,issuetype,project,components,labels,created,updated,duedate";
const PAGE = 100;
const MAX_PAGES = 200;

/** Fetches the issues that a JQL query finds, page by page, by Bearer token. */
export function createJiraDownload(settings: SourceSettings, tools: SourceTools): Download {
  const access = { scheme: "Bearer ", usesCertificate: false, server: SERVER, section: "tickets.jira" } as const;
  const { get, base } = openSourceServer(settings, access, tools);
  const query = inFixedOrder(settings.query ?? USUAL_QUERY);
  return () => readPages(createGetJson(get, tools), base, query);
}

/** Pages only fit together when the order of the issues does not change between them. */
function inFixedOrder(query: string): string {
  return /\border\s+by\b/i.test(query) ? query : `${query} ORDER BY key ASC`;
}

async function readPages(getJson: GetJson, base: string, query: string): Promise<Downloaded> {
  const url = searchAddress(base);
  const parsed: Parsed[] = [];
  const home = base.replace(/\/rest\/.*$/, "");
  let reason: string | null = null;
  let token: string | null = null;
  for (let page = 0, start = 0; ; page++) {
    if (page === MAX_PAGES) {
      reason = `there are more than ${MAX_PAGES} pages`;
      break;
    }
    let found: ReturnType<typeof readJiraPage>;
    try {
      found = readJiraPage(await getJson(pageAddress(url, query, start, token)), showAddress(url));
    } catch (error) {
      if (page === 0 || !(error instanceof UserError)) {
        throw error;
      }
      reason = error.message;
      break;
    }
    parsed.push(...found.issues.map((issue, index) => readJiraIssue(issue, `issues[${start + index}]`, home)));
    start += found.issues.length;
    token = found.nextPageToken;
    if (
      found.isLast ??
      (token === null && (found.issues.length === 0 || start >= (found.total ?? Number.POSITIVE_INFINITY)))
    ) {
      reason = start < (found.total ?? 0) ? `it gave ${start} of ${found.total} issues` : null;
      break;
    }
  }
  return { collection: await collect(parsed, showAddress(url)), reason };
}

function searchAddress(base: string): string {
  const url = new URL(base);
  if (!/\/search(?:\/jql)?$/.test(url.pathname)) {
    url.pathname = `${url.pathname.replace(/\/+$/, "")}/rest/api/2/search`;
  }
  return url.toString();
}

function pageAddress(base: string, query: string, start: number, token: string | null): string {
  const url = new URL(base);
  url.searchParams.set("jql", query);
  url.searchParams.set("fields", FIELDS);
  url.searchParams.set("maxResults", String(PAGE));
  if (token === null) {
    url.searchParams.set("startAt", String(start));
  } else {
    url.searchParams.set("nextPageToken", token);
  }
  return url.toString();
}
