import { describe, expect, it } from "vitest";
import type { Ticket } from "../../src/alert/ticket.ts";
import { filterTicket, type TicketFilter } from "../../src/tickets/filter.ts";
import { makeTicket } from "./support.ts";

const ticket: Ticket = makeTicket({
  vo: "cms",
  site: "FZK-LCG2",
  cmsSite: "T1_DE_KIT",
  status: "in progress",
  subject: "Network down at the tape system",
  description: "since noon",
});

describe("filterTicket", () => {
  it.each<[TicketFilter]>([
    [{}],
    [{ vo: ["atlas", "CMS"] }],
    [{ site: ["T1_*"] }],
    [{ site: ["fzk-lcg2"] }],
    [{ status: ["In Progress"] }],
    [{ text: ["tape system"] }],
    [{ text: ["NOON", "midnight"] }],
    [{ vo: ["cms"], site: ["T1_DE_KIT"], status: ["in progress"], text: ["network"] }],
  ])("lets it through %j", (filter) => {
    expect(filterTicket(ticket, filter)).toBeNull();
  });

  it.each<[TicketFilter, string]>([
    [{ vo: ["atlas"] }, "its VO is cms"],
    [{ site: ["T2_*", "T1_DE"] }, "its site is T1_DE_KIT"],
    [{ status: ["solved"] }, "its status is in progress"],
    [{ text: ["work", "tap"] }, "its text has none of the wanted words"],
    [{ vo: ["cms"], text: ["tape network"] }, "its text has none of the wanted words"],
    [{ vo: [] }, "its VO is cms"],
  ])("leaves it out by %j and says why", (filter, reason) => {
    expect(filterTicket(ticket, filter)).toBe(reason);
  });

  it("leaves out what has no VO where one is wanted, and finds one of several", () => {
    expect(filterTicket({ ...ticket, vo: null }, { vo: ["cms"] })).toBe("its VO is not given");
    expect(filterTicket({ ...ticket, vo: "atlas, cms" }, { vo: ["cms"] })).toBeNull();
  });
});
