import type { IncomingMessage, ServerResponse } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Ticket } from "../../../src/alert/ticket.ts";
import { createTicketSource } from "../../../src/tickets/source.ts";
import type { SourceSettings } from "../../../src/tickets/system.ts";
import { requireSystem } from "../../../src/tickets/systems.ts";
import { SETTINGS, startServer, type TestServer, testTools } from "./server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

function source(system: string, settings: Partial<SourceSettings> = {}) {
  const tools = testTools();
  const made = createTicketSource(requireSystem(system), { ...SETTINGS, url: server.url, ...settings }, tools);
  const fetch = (known: readonly Ticket[] = []) => made.fetch(new Map(known.map((ticket) => [ticket.id, ticket])));
  return { tools, fetch };
}
const paths = () => server.requests.map((request) => new URL(request.url ?? "", server.url));
const send = (response: ServerResponse, value: unknown, status = 200) =>
  response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(value));

describe("helpdesk", () => {
  const ticket = (id: number, changes: Record<string, unknown> = {}) => ({
    id,
    title: `ticket ${id}`,
    priority_id: 2,
    state_id: 2,
    created_at: "2025-03-04T05:06:07.000Z",
    updated_at: "2025-03-05T00:00:00.000Z",
    notified_groups: [9],
    article_ids: [id * 10, id * 10 + 1],
    ...changes,
  });
  /** A helpdesk that pages as Zammad does; `broken` paths answer 500. */
  const helpdesk =
    (tickets: readonly { id: number }[], broken: (path: string) => boolean = () => false) =>
    (request: IncomingMessage, response: ServerResponse) => {
      const url = new URL(request.url ?? "", server.url);
      const search = url.searchParams.get("query") ?? "";
      if (broken(url.pathname + search)) {
        send(response, { error: "trouble" }, 500);
      } else if (url.pathname === "/api/v1/tickets/search") {
        const after = Number(/ AND id:>(\d+)$/.exec(search)?.[1]);
        send(response, tickets.filter(({ id }) => id > after).slice(0, Number(url.searchParams.get("limit"))));
      } else if (url.pathname.startsWith("/api/v1/ticket_articles/")) {
        const body = `<p>Text of ${url.pathname.split("/").at(-1)}</p><p>&lt;second&gt;</p>`;
        send(response, { body, content_type: "text/html" });
      } else if (url.pathname === "/api/v1/groups") {
        send(response, [{ id: 9, name: "T2_XX_Test" }]);
      } else {
        send(response, { error: "Not authorized" }, 403);
      }
    };
  const tickets = Array.from({ length: 70 }, (_, index) => ticket(1000 + index * 3));

  it("pages by the last id until nothing comes, with token, texts and names of groups", async () => {
    server.answer(helpdesk(tickets));
    const result = await source("helpdesk", { token: "hush" }).fetch();
    expect(result).toMatchObject({ complete: true, problems: [] });
    expect(result.tickets.map(({ id }) => Number(id))).toEqual(tickets.map(({ id }) => id));
    expect(result.tickets[0]).toMatchObject({
      description: "Text of 10000\n<second>",
      fields: { groups: "T2_XX_Test" },
    });
    const searches = paths().filter(({ pathname }) => pathname.endsWith("/search"));
    expect(searches).toHaveLength(4);
    expect(Object.fromEntries(searches[1]?.searchParams ?? [])).toMatchObject({
      sort_by: "id",
      order_by: "asc",
      limit: "32",
      expand: "false",
    });
    expect(searches[1]?.searchParams.get("query")).toMatch(/^\(cms_site_names:T\* AND .*\) AND id:>1093$/);
    expect(new Set(server.requests.map((request) => request.headers.authorization))).toEqual(
      new Set(["Token token=hush"]),
    );
  });

  it("reads no text again of a ticket that did not change", async () => {
    server.answer(helpdesk(tickets.slice(0, 2)));
    const { fetch } = source("helpdesk");
    const first = await fetch();
    server.answer(helpdesk([tickets[0] ?? ticket(1), ticket(1003, { updated_at: "2025-03-06T00:00:00.000Z" })]));
    const second = await fetch(first.tickets);
    expect(second.tickets.map(({ description }) => description)).toEqual(
      first.tickets.map(({ description }) => description),
    );
    expect(
      paths()
        .filter(({ pathname }) => pathname.includes("articles"))
        .map(({ pathname }) => pathname),
    ).toEqual(["/api/v1/ticket_articles/10030"]);
  });

  it("is not complete when a later page fails, and keeps the tickets of those before", async () => {
    server.answer(helpdesk(tickets, (path) => path.endsWith("id:>1093")));
    const result = await source("helpdesk").fetch();
    expect(result).toMatchObject({ complete: false });
    expect(result.reason).toContain("answered 500");
    expect(result.tickets).toHaveLength(32);
  });

  it("is not complete when the server pays no heed to the last id", async () => {
    server.answer((request, response) =>
      request.url?.includes("search") === true ? send(response, [ticket(5)]) : send(response, {}, 403),
    );
    const result = await source("helpdesk").fetch();
    expect(result).toMatchObject({ complete: false, tickets: [{ id: "5" }] });
    expect(result.reason).toContain("gives no ticket after 5");
  });

  it("keeps a ticket whose text cannot be had, says so, and is complete", async () => {
    server.answer(helpdesk(tickets.slice(0, 1), (path) => path.includes("articles")));
    const result = await source("helpdesk").fetch();
    expect(result).toMatchObject({ complete: true, tickets: [{ id: "1000", description: "" }] });
    expect(result.problems).toMatchObject([{ id: "1000", field: "article", dropped: false }]);
  });

  it("fails at the first page as a whole", async () => {
    server.answer((_request, response) => send(response, { error: "invalid query" }, 422));
    expect(await source("helpdesk").fetch()).toMatchObject({ complete: false, tickets: [] });
  });
});

describe("SSB", () => {
  const answer = (_request: IncomingMessage, response: ServerResponse) =>
    send(response, { results: [{ statement_id: 0 }] });
  const windows = () => paths().map((url) => url.searchParams.get("q")?.split("now() - ")[1]);

  it("asks by Bearer token for a month at first, then for the usual two hours, and for all since the last success", async () => {
    server.answer(answer);
    const { fetch, tools } = source("ssb", { token: "hush" });
    await fetch();
    await fetch();
    tools.now = new Date(tools.now.getTime() + 5 * 3_600_000);
    await fetch();
    expect(windows()).toEqual(["720h", "2h", "6h"]);
    expect(paths()[0]?.searchParams.get("db")).toBe("monit_production_ssb_otgs");
    expect(server.requests[0]?.headers.authorization).toBe("Bearer hush");
  });

  it("takes an error answer sent with status 200 for a failure, and looks as far back at the next fetch", async () => {
    server.answer((_request, response) => send(response, { error: "timeout" }));
    const { fetch } = source("ssb");
    expect(await fetch()).toMatchObject({ complete: false, tickets: [] });
    await fetch();
    expect(windows()).toEqual(["720h", "720h"]);
  });

  it("asks the configured query", async () => {
    server.answer(answer);
    await source("ssb", { query: "select * from other", url: `${server.url}/query?db=mine` }).fetch();
    expect(Object.fromEntries(paths()[0]?.searchParams ?? [])).toEqual({ db: "mine", q: "select * from other" });
  });
});

describe("Jira", () => {
  const issue = (number: number) => ({
    key: `AB-${number}`,
    fields: { summary: "x", status: { name: "Open" }, created: "2025-03-04T05:06:07.000+0000" },
  });
  const issues = Array.from({ length: 250 }, (_, index) => issue(index + 1));

  it("pages by counting until the total is reached", async () => {
    server.answer((request, response) => {
      const { searchParams } = new URL(request.url ?? "", server.url);
      const start = Number(searchParams.get("startAt"));
      send(response, {
        total: issues.length,
        issues: issues.slice(start, start + Number(searchParams.get("maxResults"))),
      });
    });
    const result = await source("jira", { token: "hush", url: `${server.url}/jira` }).fetch();
    expect(result).toMatchObject({ complete: true });
    expect(result.tickets).toHaveLength(250);
    expect(result.tickets[0]?.url).toBe(`${server.url}/jira/browse/AB-1`);
    expect(paths().map(({ pathname }) => pathname)).toEqual(Array(3).fill("/jira/rest/api/2/search"));
    expect(paths()[0]?.searchParams.get("jql")).toBe(
      "project = CMSKUBERNETES AND statusCategory != Done ORDER BY key ASC",
    );
    expect(server.requests[0]?.headers.authorization).toBe("Bearer hush");
  });

  it("pages by token where the server gives one", async () => {
    server.answer((request, response) => {
      const token = new URL(request.url ?? "", server.url).searchParams.get("nextPageToken");
      send(
        response,
        token === null ? { issues: [issue(1)], nextPageToken: "t" } : { issues: [issue(2)], isLast: true },
      );
    });
    const result = await source("jira", { url: `${server.url}/rest/api/3/search/jql` }).fetch();
    expect(result.tickets.map(({ id }) => id)).toEqual(["AB-1", "AB-2"]);
    expect(result).toMatchObject({ complete: true, tickets: [{ url: `${server.url}/browse/AB-1` }, {}] });
  });

  it("is not complete when fewer come than there are, or a page fails", async () => {
    server.answer((_request, response, count) => send(response, { total: 3, issues: count === 0 ? [issue(1)] : [] }));
    expect(await source("jira").fetch()).toMatchObject({
      complete: false,
      reason: "it gave 1 of 3 issues",
      tickets: [{}],
    });
    server.answer((_request, response, count) =>
      send(response, { total: 3, issues: [issue(1)] }, count === 0 ? 200 : 404),
    );
    expect(await source("jira").fetch()).toMatchObject({ complete: false, tickets: [{}] });
  });

  it("gives up on a server that never ends", async () => {
    server.answer((_request, response, count) => send(response, { issues: [issue(count + 1)], nextPageToken: "more" }));
    expect((await source("jira").fetch()).reason).toBe("there are more than 200 pages");
  });
});

describe("a file in place of a server", () => {
  it("is read, and missing is an incomplete result, not an empty list", async () => {
    const result = await source("ssb", { file: "/nowhere/outages.json" }).fetch();
    expect(result).toMatchObject({ complete: false, tickets: [] });
    expect(result.reason).toContain("cannot be read (ENOENT)");
  });
});
