import PQueue from "p-queue";
import { z } from "zod";
import { steadyTime } from "../../alert/clock.ts";
import type { Ticket } from "../../alert/ticket.ts";
import { UserError } from "../../alert/user-error.ts";
import { type Collection, collect } from "../collect.ts";
import { openSourceServer, showAddress } from "../fetch/http.ts";
import { createGetJson, type GetJson } from "../fetch/json.ts";
import { type Parsed, problem } from "../problem.ts";
import type { Download, Downloaded, KnownTickets, SourceSettings, SourceTools } from "../system.ts";
import { readArticle } from "./articles.ts";
import { type HelpdeskNames, listOf, readHelpdeskTicket, USUAL_NAMES } from "./parse.ts";

const SERVER = "https://helpdesk.ggus.eu";
const USUAL_QUERY =
  "cms_site_names:T* AND !((state.name:solved) OR (state.name:unsolved) OR (state.name:closed) OR (state.name:verified))";
const PAGE = 32;
const MAX_PAGES = 500;
/** Articles read in one fetch; the rest follows with the next ones. */
const MAX_ARTICLES = 400;
const ARTICLES_AT_ONCE = 4;
const NAMES_FOR = 3_600_000;

/** Fetches the tickets that a search finds, page by page by the last id, then the texts of new and changed ones. */
export function createHelpdeskDownload(settings: SourceSettings, tools: SourceTools): Download {
  const access = {
    scheme: "Token token=",
    usesCertificate: false,
    server: SERVER,
    section: "tickets.helpdesk",
  } as const;
  const { get, base } = openSourceServer(settings, access, tools);
  const getJson = createGetJson(get, tools);
  const api = apiAddress(base);
  let names: { readonly at: number; readonly known: HelpdeskNames } | null = null;
  return async (known) => {
    if (names === null || steadyTime(tools.clock) - names.at > NAMES_FOR) {
      names = { at: steadyTime(tools.clock), known: await readNames(getJson, api) };
    }
    const found = await readPages(getJson, api, settings.query ?? USUAL_QUERY, names.known);
    return { ...found, collection: await withTexts(getJson, api, found.collection, known) };
  };
}

/** Address of the API, whichever part of it was given. */
function apiAddress(base: string): string {
  const url = new URL(base);
  const at = url.pathname.indexOf("/api/v1");
  return `${url.origin}${(at < 0 ? url.pathname : url.pathname.slice(0, at)).replace(/\/+$/, "")}/api/v1`;
}

async function readPages(getJson: GetJson, api: string, query: string, names: HelpdeskNames): Promise<Downloaded> {
  const parsed: Parsed[] = [];
  let reason: string | null = null;
  let lastId = 0;
  for (let page = 0; ; page++) {
    if (page === MAX_PAGES) {
      reason = `there are more than ${MAX_PAGES} pages`;
      break;
    }
    try {
      const url = pageAddress(api, query, lastId);
      const values = listOf(await getJson(url), showAddress(url));
      if (values.length === 0) {
        break;
      }
      lastId = nextId(values, lastId, showAddress(url));
      parsed.push(
        ...values.flatMap((value, index) => [...readHelpdeskTicket(value, `page ${page + 1} [${index}]`, names)]),
      );
    } catch (error) {
      if (page === 0 || !(error instanceof UserError)) {
        throw error;
      }
      reason = error.message;
      break;
    }
  }
  return { collection: await collect(parsed, api), reason };
}

const withId = z.object({ id: z.int().positive() });

/** The greatest id of a page. @throws UserError when it does not lead on: the search went by something else. */
function nextId(values: readonly unknown[], lastId: number, where: string): number {
  const ids = values.flatMap((value) => {
    const read = withId.safeParse(value);
    return read.success ? [read.data.id] : [];
  });
  const greatest = Math.max(lastId, ...ids);
  if (greatest === lastId) {
    throw new UserError(`gives no ticket after ${lastId}, although it was asked for those`, where, "check the query");
  }
  return greatest;
}

function pageAddress(api: string, query: string, lastId: number): string {
  const url = new URL(`${api}/tickets/search`);
  url.search = new URLSearchParams({
    query: `(${query}) AND id:>${lastId}`,
    sort_by: "id",
    order_by: "asc",
    limit: String(PAGE),
    expand: "false",
  }).toString();
  return url.toString();
}

const namesSchema = z.array(z.object({ id: z.int(), name: z.string() }));

/** Names of states, priorities and groups; the usual ones where the token has no right to read them. */
async function readNames(getJson: GetJson, api: string): Promise<HelpdeskNames> {
  const read = async (path: string): Promise<ReadonlyMap<number, string>> => {
    const answer = await getJson(`${api}/${path}`).catch((error: unknown) => {
      if (error instanceof UserError) {
        return [];
      }
      throw error;
    });
    const list = namesSchema.safeParse(answer);
    return new Map(list.success ? list.data.map(({ id, name }) => [id, name.replace(/^\d+ /, "")]) : []);
  };
  const [states, priorities, groups] = await Promise.all([
    read("ticket_states"),
    read("ticket_priorities"),
    read("groups"),
  ]);
  return {
    states: states.size > 0 ? states : USUAL_NAMES.states,
    priorities: priorities.size > 0 ? priorities : USUAL_NAMES.priorities,
    groups,
  };
}

/** The tickets with their texts: those known and unchanged from memory, the others from the server. */
async function withTexts(
  getJson: GetJson,
  api: string,
  collection: Collection,
  known: KnownTickets,
): Promise<Collection> {
  const queue = new PQueue({ concurrency: ARTICLES_AT_ONCE });
  const faults: (Parsed & { kind: "problem" })[] = [];
  let left = MAX_ARTICLES;
  const tickets = await Promise.all(
    collection.tickets.map(async (ticket): Promise<Ticket> => {
      const before = known.get(ticket.id);
      const isSame = before !== undefined && before.updatedAt?.getTime() === ticket.updatedAt?.getTime();
      const article = ticket.fields["article_ids"]?.split(",")[0];
      if ((isSame && before.description !== "") || article === undefined || left-- <= 0) {
        return { ...ticket, description: before?.description ?? "" };
      }
      try {
        const value = await queue.add(() => getJson(`${api}/ticket_articles/${article}`));
        return { ...ticket, description: readArticle(value) ?? before?.description ?? "" };
      } catch (error) {
        if (!(error instanceof UserError)) {
          throw error;
        }
        const reason = `its text cannot be read: ${error.what}`;
        faults.push(problem(reason, { id: ticket.id, field: "article", place: `article ${article}`, dropped: false }));
        return { ...ticket, description: before?.description ?? "" };
      }
    }),
  );
  return { ...collection, tickets, problems: [...collection.problems, ...faults.map((fault) => fault.problem)] };
}
