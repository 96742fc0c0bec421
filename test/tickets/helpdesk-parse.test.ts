import { describe, expect, it } from "vitest";
import { printHelpdesk } from "../../src/tickets/helpdesk/parse.ts";
import { parse, refusal } from "./support.ts";

const ticket = (changes: Record<string, unknown> = {}) => ({
  id: 77,
  number: "600077",
  title: "Squid at T2_XX_Test unreachable",
  type: "Incident",
  priority_id: 3,
  state_id: 2,
  created_at: "2025-03-04T05:06:07.000Z",
  updated_at: "2025-03-05T00:00:00.000Z",
  cms_site_names: "T2_XX_Test",
  vo_support: "CMS",
  wlcg_sites: "TEST-LCG2",
  notified_groups: [5],
  area: null,
  article_ids: [1, 2],
  ...changes,
});
const read = (...tickets: readonly unknown[]) => parse("helpdesk", JSON.stringify(tickets));

describe("helpdesk", () => {
  it("reads a ticket, with the names of its state and priority", async () => {
    const { tickets, problems } = await read(ticket());
    expect(problems).toEqual([]);
    expect(tickets[0]).toMatchObject({
      system: "helpdesk",
      id: "77",
      status: "open",
      priority: "very urgent",
      vo: "cms",
      site: "TEST-LCG2",
      cmsSite: "T2_XX_Test",
      createdAt: new Date("2025-03-04T05:06:07Z"),
      url: "https://helpdesk.ggus.eu/#ticket/zoom/77",
    });
    expect(tickets.map(printHelpdesk)[0]).toMatchObject({
      id: 77,
      article_ids: [1, 2],
      cms_site_names: ["T2_XX_Test"],
    });
  });

  it.each([
    [{ cms_site_names: ["T1_XX_A", "T2_XX_B"] }, "T1_XX_A"],
    [{ cms_site_names: null }, "T2_XX_Test"],
    [{ cms_site_names: null, wlcg_sites: "FZK-LCG2" }, "T1_DE_KIT"],
    [{ cms_site_names: null, title: "help" }, null],
  ])("finds the CMS site of %j", async (changes, site) => {
    expect((await read(ticket(changes))).tickets[0]?.cmsSite).toBe(site);
  });

  it.each([
    [[5, 6], "5, 6"],
    [7, "7"],
    ["8", "8"],
    [[], undefined],
    [null, undefined],
  ])("reads notified groups given as %j", async (notified_groups, text) => {
    const { tickets, problems } = await read(ticket({ notified_groups }));
    expect(problems).toEqual([]);
    expect(tickets[0]?.fields["notified_groups"]).toBe(text);
  });

  it("keeps a ticket of unknown priority and reports it, instead of taking it for the least urgent", async () => {
    const { tickets, problems, isWhole } = await read(ticket({ priority_id: 99 }), ticket({ id: 78, state_id: 98 }));
    expect(tickets.map(({ priority }) => priority)).toEqual([null, "very urgent"]);
    expect(tickets[1]?.status).toBe("state 98");
    expect(problems).toMatchObject([
      { id: "77", field: "priority_id", reason: "99 is unknown", dropped: false },
      { id: "78", field: "state_id", dropped: false },
    ]);
    expect(isWhole).toBe(true);
  });

  it.each([
    ["title", null],
    ["title", { a: 1 }],
    ["created_at", 1_700_000_000],
    ["created_at", "yesterday"],
    ["updated_at", "2025-02-30T00:00:00Z"],
    ["cms_site_names", 42],
    ["priority_id", "2"],
    ["article_ids", "1"],
  ])("reports a %s of %j with the ticket's id", async (field, value) => {
    const { tickets, problems, unreadable } = await read(ticket({ [field]: value }), ticket({ id: 78 }));
    expect(tickets.map(({ id }) => id)).toEqual(["78"]);
    expect(problems).toMatchObject([{ place: "[0]", id: "77", field, dropped: true }]);
    expect([...unreadable]).toEqual(["77"]);
  });

  it.each([[null], ["ticket"], [[]], [{}], [ticket({ id: "77" })], [ticket({ id: 1.5 })], [ticket({ id: null })]])(
    "reports %.40j as no ticket, so that the answer is not whole",
    async (value) => {
      const { tickets, isWhole } = await read(ticket({ id: 78 }), value);
      expect(tickets).toHaveLength(1);
      expect(isWhole).toBe(false);
    },
  );

  it("reads the answer with assets, and misses what it names but does not hold", async () => {
    const answer = { tickets: [77, 79], tickets_count: 2, assets: { Ticket: { "77": ticket() } } };
    const { tickets, problems } = await parse("helpdesk", JSON.stringify(answer));
    expect(tickets.map(({ id }) => id)).toEqual(["77"]);
    expect(problems).toMatchObject([{ id: "79" }]);
  });

  it.each([
    ['{"error":"Not authorized"}', '"Not authorized"'],
    ["{}", "not a list of tickets"],
    ['"x"', "not a list of tickets"],
    ["", "is empty"],
    ["[{]", "is not JSON"],
    ["<!DOCTYPE html><html></html>", "web page"],
  ])("refuses %j as a whole", async (content, reason) => {
    expect(await refusal("helpdesk", content)).toContain(reason);
  });
});
