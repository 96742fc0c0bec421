import { describe, expect, it } from "vitest";
import { loadRunbooks } from "../../../src/intelligence/runbooks/load.ts";
import { createRunbookIndex } from "../../../src/intelligence/runbooks/match.ts";
import { incidentToAlert, incidentToAnomaly } from "../../../src/transfers/alerts/alerts.ts";
import { overviewLines, type TransfersNow, transfersOverview } from "../../../src/transfers/alerts/overview.ts";
import { relatedTickets } from "../../../src/transfers/alerts/related.ts";
import type { Problem, Subject } from "../../../src/transfers/model/suspect.ts";
import { transfer } from "../model/samples.ts";
import { AT, incident, ticket } from "./samples.ts";

describe("incidentToAlert", () => {
  it("says of a slow link what, how bad, since when, and which ticket may be about it", () => {
    const related = relatedTickets(incident(), [ticket()]);
    expect(incidentToAlert(incident(), related, "https://watch.example")).toEqual({
      labels: {
        alertname: "TransferLinkSlow",
        service: "rucio",
        severity: "warning",
        entity: "T1_DE_KIT_Disk → T2_CH_CERN",
        role: "link",
        class: "performance",
        kind: "collective",
        detector: "transfers",
        tag: "transfers",
        source: "T1_DE_KIT_Disk",
        destination: "T2_CH_CERN",
      },
      annotations: {
        anomaly: incident().id,
        summary: "Transfers T1_DE_KIT_Disk → T2_CH_CERN take 5.2 times as long as usual",
        description:
          "31 of 40 transfers since 2026-03-01 10:50 UTC were among the slowest tenth of what is usual, or slower.",
        sites: "T1_DE_KIT, T2_CH_CERN",
        related: "ggus 123456 “Files cannot be read” (ticket of T1_DE_KIT)",
        ticket: "https://tickets.example/123456",
        URL: "https://watch.example/transfers",
      },
      startsAt: new Date("2026-03-01T11:00:00Z"),
      endsAt: null,
      generatorURL: "https://watch.example/transfers",
    });
  });

  it("keeps its labels while the incident grows and ends", () => {
    const first = incidentToAlert(incident(), [], null);
    const last = incident({ affected: 900, ratio: 40, closedAt: AT, because: "as usual again" });
    expect(incidentToAlert(last, [], null).labels).toEqual(first.labels);
    expect(incidentToAlert(last, [], null).annotations["description"]).toContain("Over after 1h: as usual again.");
  });

  const failing = { problem: "failing" as Problem, ratio: null, reasons: [{ text: "No space left", count: 20 }] };
  it.each([
    ["destination", "TransferStorageFailing", "high", "T1_DE_KIT_Disk", "T1_DE_KIT"],
    ["server", "TransferServerFailing", "high", "https://fts.example:8446", undefined],
    ["link", "TransferLinkFailing", "medium", "A → B", undefined],
  ] as const)("names a failing %s", (kind, alertname, severity, name, site) => {
    const subject: Subject = { kind, name };
    const { labels, annotations } = incidentToAlert(incident({ subject, ...failing }), [], null);
    expect(labels).toMatchObject({ alertname, severity, entity: name, role: kind, class: "availability" });
    expect(labels["site"]).toBe(site);
    expect(annotations["summary"]).toContain(`fail: 31 of 40`);
    expect(annotations["description"]).toContain("20 × “No space left”");
  });

  it("finds a runbook with remedies for each", () => {
    const index = createRunbookIndex(loadRunbooks(null), (id) => id);
    for (const problem of ["slow", "failing"] as const) {
      for (const kind of ["link", "destination", "server"] as const) {
        const subject: Subject = { kind, name: kind === "link" ? "A → B" : "A" };
        const alert = incidentToAlert(
          incident({ problem, subject, ...(problem === "failing" ? failing : {}) }),
          [],
          null,
        );
        const found = problem === "slow" && kind === "server" ? null : index.match(alert);
        if (found !== null) {
          expect([found.runbook.id, found.confidence]).toEqual([`transfer-${problem}`, 1]);
          expect(found.runbook.remedies.length).toBeGreaterThan(3);
        }
      }
    }
  });

  it("goes into the record as an anomaly of its own detector", () => {
    expect(incidentToAnomaly(incident(), "shrinkage")).toMatchObject({
      service: "rucio",
      detector: "transfers",
      kind: "collective",
      class: "performance",
      threshold: 14 / Math.LN10,
    });
  });
});

describe("relatedTickets", () => {
  const ssb = (given: Parameters<typeof ticket>[0]) =>
    ticket({
      system: "ssb",
      id: "OTG0054345",
      site: null,
      cmsSite: null,
      startsAt: new Date("2026-03-01T10:00:00Z"),
      ...given,
    });
  const found = (...tickets: Parameters<typeof relatedTickets>[1]) =>
    relatedTickets(incident(), tickets).map(({ reason }) => reason);

  it.each([
    ["by the CMS name", ticket(), "ticket of T1_DE_KIT"],
    ["by the site's own field", ticket({ cmsSite: null, site: "T2_CH_CERN" }), "ticket of T2_CH_CERN"],
    ["by its text", ticket({ cmsSite: null, site: null, subject: "T1_DE_KIT_Disk is full" }), "ticket of T1_DE_KIT"],
    ["an intervention by its text", ssb({ subject: "T1_DE_KIT power cut" }), "intervention that names T1_DE_KIT"],
    ["an intervention at CERN", ssb({ subject: "EOS upgrade" }), "intervention on network or storage at CERN"],
  ])("finds %s", (_, one, reason) => {
    expect(found(one)).toEqual([reason]);
  });

  it.each([
    ["another site", ticket({ cmsSite: "T2_DE_RWTH", site: "RWTH-Aachen" })],
    ["a site whose name only begins alike", ticket({ cmsSite: null, site: null, subject: "T1_DE_KIT2 is down" })],
    ["an intervention that has long ended", ssb({ subject: "EOS upgrade", endsAt: new Date("2026-03-01T08:00:00Z") })],
    ["one that has not begun", ssb({ subject: "EOS upgrade", startsAt: new Date("2026-03-01T13:00:00Z") })],
    ["one on something else", ssb({ subject: "Printer service" })],
  ])("leaves out %s", (_, one) => {
    expect(found(one)).toEqual([]);
  });

  it("puts tickets about transfers first, and gives five at most", () => {
    const many = Array.from({ length: 9 }, (_, i) => ticket({ id: String(i), updatedAt: new Date(AT.getTime() + i) }));
    const related = relatedTickets(incident(), [...many, ticket({ id: "t", subject: "Transfers to KIT fail" })]);
    expect(related.map(({ ticket: { id } }) => id)).toEqual(["t", "8", "7", "6", "5"]);
  });
});

describe("transfersOverview", () => {
  const now: TransfersNow = {
    model: null,
    state: "watching",
    note: null,
    judged: 100,
    rate: 0.005,
    threshold: 2.3,
    cleaned: {},
    open: [incident()],
    closed: [
      incident({ subject: { kind: "source", name: "T2_US_UCSD_Disk" }, closedAt: AT, because: "as usual again" }),
    ],
    top: [{ transfer: transfer({ duration: 4000 }), endedAt: AT, expected: 30, upper: 90, score: 4 }],
  };

  it("tells people all of it in lines", () => {
    expect(overviewLines(transfersOverview(now, [ticket()]))).toEqual([
      "Transfers T1_DE_KIT_Disk → T2_CH_CERN take 5.2 times as long as usual (since 03-01 10:50 UTC)",
      "   ggus 123456: Files cannot be read (ticket of T1_DE_KIT)",
      "Over: Transfers from T2_US_UCSD_Disk take 5.2 times as long as usual (as usual again)",
      "Slowest for what they are, last 24 h:",
      "T1_DE_KIT_Disk → T2_CH_CERN: 67 min instead of 30 s, ended 03-01 12:00 UTC",
    ]);
  });

  it("tells of one site or storage element when asked", () => {
    for (const about of ["T1_DE_KIT", "t1_de_kit_disk"]) {
      const { open, closed, top } = transfersOverview(now, [], about);
      expect([open.length, closed.length, top.length]).toEqual([1, 0, 1]);
    }
    expect(overviewLines(transfersOverview(now, [], "T3_XX_None"))).toEqual([
      "No link or storage element is slow or failing.",
    ]);
  });

  it("says that it learns, and how much is missing", () => {
    const learning: TransfersNow = {
      ...now,
      state: "learning",
      note: "500 transfers are still missing",
      open: [],
      closed: [],
      top: [],
    };
    expect(overviewLines(transfersOverview(learning, []))).toEqual(["Still learning: 500 transfers are still missing"]);
  });
});
