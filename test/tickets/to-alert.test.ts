import { describe, expect, it } from "vitest";
import type { Ticket } from "../../src/alert/ticket.ts";
import { loadCatalogue } from "../../src/config/catalogue.ts";
import { findConcerns } from "../../src/tickets/concerns.ts";
import { requireSystem } from "../../src/tickets/systems.ts";
import { NO_CONCERNS } from "./no-concerns.ts";

const SEEN = new Date("2021-03-10T00:00:00Z");
const context = { seenAt: SEEN, concerns: NO_CONCERNS, linked: [] };
const ticket = (changes: Partial<Ticket> = {}): Ticket => ({
  system: "ggus",
  id: "4711",
  subject: "Pilots fail at T2_XX_Test",
  description: "",
  status: "in progress",
  priority: "very urgent",
  type: "TEAM",
  vo: "cms",
  site: "TEST-LCG2",
  cmsSite: "T2_XX_Test",
  createdAt: new Date("2021-03-01T00:00:00Z"),
  updatedAt: new Date("2021-03-02T00:00:00Z"),
  startsAt: null,
  endsAt: null,
  url: "https://ggus.eu/?mode=ticket_info&ticket_id=4711",
  fields: { Scope: "WLCG", ResponsibleUnit: "NGI_XX" },
  ...changes,
});
const outage = ticket({
  system: "ssb",
  id: "OTG0000042",
  subject: "Rack power",
  status: "OPEN",
  priority: null,
  startsAt: new Date("2021-03-04T08:00:00Z"),
  endsAt: new Date("2021-03-04T10:00:00Z"),
  fields: {
    type: "Service Incident",
    description: "Database Services",
    feName: "Oracle",
    seName: "",
    shortDescription: "Rack power",
  },
});

describe("alert of a ticket", () => {
  it("has the labels that routes use, and the annotations of the schema", () => {
    expect(requireSystem("ggus").toAlert(ticket(), context)).toEqual({
      labels: {
        alertname: "ggus-4711",
        severity: "ticket",
        service: "GGUS",
        tag: "monitoring",
        Priority: "very urgent",
        Scope: "WLCG",
        Site: "TEST-LCG2",
        VO: "cms",
        Type: "TEAM",
      },
      annotations: {
        TicketID: "4711",
        Type: "TEAM",
        VO: "cms",
        Site: "TEST-LCG2",
        Priority: "very urgent",
        ResponsibleUnit: "NGI_XX",
        Status: "in progress",
        Subject: "Pilots fail at T2_XX_Test",
        Scope: "WLCG",
        URL: "https://ggus.eu/?mode=ticket_info&ticket_id=4711",
        CMSSite: "T2_XX_Test",
      },
      startsAt: new Date("2021-03-01T00:00:00Z"),
      endsAt: null,
      generatorURL: "https://ggus.eu/?mode=ticket_info&ticket_id=4711",
    });
  });

  it("keeps the labels of GGUS for the helpdesk, with the helpdesk's address", () => {
    const alert = requireSystem("helpdesk").toAlert(
      ticket({ system: "helpdesk", id: "77", url: "https://helpdesk.ggus.eu/#ticket/zoom/77" }),
      context,
    );
    expect(alert.labels).toMatchObject({ alertname: "ggus-77", service: "GGUS", severity: "ticket" });
    expect(alert.annotations["URL"]).toBe("https://helpdesk.ggus.eu/#ticket/zoom/77");
  });

  it("starts at the creation, else at the last update, else when it was first seen, and has no end while open", () => {
    const start = (changes: Partial<Ticket>) => requireSystem("ggus").toAlert(ticket(changes), context).startsAt;
    expect(start({})).toEqual(new Date("2021-03-01T00:00:00Z"));
    expect(start({ createdAt: null })).toEqual(new Date("2021-03-02T00:00:00Z"));
    expect(start({ createdAt: null, updatedAt: null })).toEqual(SEEN);
  });

  it("of an outage has its labels, its begin and its end", () => {
    const { labels, annotations, startsAt, endsAt } = requireSystem("ssb").toAlert(outage, context);
    expect(labels).toEqual({
      alertname: "ssb-OTG0000042",
      severity: "notification",
      service: "SSB",
      tag: "monitoring",
      type: "Service Incident",
      description: "Database Services",
      feName: "Oracle",
    });
    expect(annotations).toMatchObject({ shortDescription: "Rack power", ssbNumber: "OTG0000042" });
    expect([startsAt, endsAt]).toEqual([outage.startsAt, outage.endsAt]);
  });

  it("of an issue carries its project", () => {
    const issue = ticket({ system: "jira", id: "AB-1", fields: { project: "AB" }, type: "Task", priority: "Major" });
    expect(requireSystem("jira").toAlert(issue, context).labels).toEqual({
      alertname: "jira-AB-1",
      severity: "ticket",
      service: "JIRA",
      tag: "monitoring",
      Priority: "Major",
      Project: "AB",
      Type: "Task",
    });
  });

  it("trims what Alertmanager shows and leaves out what is empty or cannot be shown", () => {
    const long = ticket({
      description: "word ".repeat(5000),
      subject: "x".repeat(2_000_000),
      vo: null,
      site: "a\nb\u0007\ud800",
    });
    const { labels, annotations } = requireSystem("ggus").toAlert(long, context);
    expect(annotations["Description"]?.length).toBeLessThanOrEqual(1500);
    expect(annotations["Description"]?.endsWith("word…")).toBe(true);
    expect(annotations["Subject"]?.length).toBe(600);
    expect(labels["Site"]).toBe("a b \uFFFD");
    expect(labels).not.toHaveProperty("VO");
    expect(long.description).toHaveLength(25_000);
  });

  it("says which services a ticket names, and who answers for them and for its site", () => {
    const named = ticket({ subject: "Cannot reach DBS and the crabserver; asking das" });
    const concerns = findConcerns(named, loadCatalogue(null));
    expect(concerns.services).toEqual(["crabserver", "das", "dbs"]);
    expect(concerns.owners).toEqual(
      expect.arrayContaining(["dbs-developers", "crab-operators", "NGI_XX", "T2_XX_Test"]),
    );
    const { annotations } = requireSystem("ggus").toAlert(named, {
      seenAt: SEEN,
      concerns,
      linked: ["ssb/OTG1", "helpdesk/7"],
    });
    expect(annotations).toMatchObject({ concerns: "crabserver, das, dbs", linked: "ssb/OTG1, helpdesk/7" });
  });

  it("finds services by whole words only", () => {
    const concerns = findConcerns(
      ticket({ subject: "Feedback on dasboard and adbs", cmsSite: null, fields: {} }),
      loadCatalogue(null),
    );
    expect(concerns).toEqual(NO_CONCERNS);
  });
});

describe("a ticket is open", () => {
  const now = new Date("2021-03-04T09:00:00Z");
  it.each(["solved", "unsolved", "verified", "closed", "Solved"])("not when it is %s", (status) => {
    expect(requireSystem("ggus").isOpen(ticket({ status }), now)).toBe(false);
  });
  it.each(["assigned", "in progress", "waiting for reply", "on hold", "reopened", ""])("when it is %j", (status) => {
    expect(requireSystem("ggus").isOpen(ticket({ status }), now)).toBe(true);
  });
  it("as an outage until it is closed or its end has passed", () => {
    const isOpen = (changes: Partial<Ticket>, at = now) => requireSystem("ssb").isOpen({ ...outage, ...changes }, at);
    expect(isOpen({})).toBe(true);
    expect(isOpen({}, new Date("2021-03-04T10:00:00Z"))).toBe(false);
    expect(isOpen({ endsAt: null }, new Date("2022-01-01T00:00:00Z"))).toBe(true);
    expect(isOpen({ status: "CLOSED" })).toBe(false);
    expect(isOpen({ status: "PLANNED" }, new Date("2021-03-01T00:00:00Z"))).toBe(true);
  });
  it("as an issue until its category is done", () => {
    const issue = (status: string, fields: Record<string, string>) => ticket({ system: "jira", status, fields });
    expect(requireSystem("jira").isOpen(issue("Deployed", { statusCategory: "done" }), now)).toBe(false);
    expect(requireSystem("jira").isOpen(issue("Done", {}), now)).toBe(false);
    expect(requireSystem("jira").isOpen(issue("Open", { statusCategory: "new" }), now)).toBe(true);
  });
});
