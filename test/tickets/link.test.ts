import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Ticket } from "../../src/alert/ticket.ts";
import { linkTickets, type UndonePair } from "../../src/tickets/link.ts";
import { createLinkIndex, undonePairs, wrongLinkSubject } from "../../src/tickets/link-index.ts";
import { sharedData } from "../shared-data.ts";
import { makeTicket } from "./support.ts";

const NOON = Date.UTC(2025, 2, 4, 12);
const at = (minutes: number) => new Date(NOON + minutes * 60_000);
const ggus = (id: string, subject: string, changes: Partial<Ticket> = {}) =>
  makeTicket({ id, subject, cmsSite: "T2_CH_CERN", createdAt: at(Number(id)), ...changes });
const outage = (changes: Partial<Ticket> = {}) =>
  makeTicket({
    system: "ssb",
    id: "OTG0000042",
    subject: "EOS CMS instance unavailable",
    description: "Storage Services",
    createdAt: null,
    startsAt: at(0),
    endsAt: at(240),
    fields: { feName: "EOS", seName: "EOS Service" },
    ...changes,
  });
/** Keys of each issue, the issues of one ticket left out. */
const issues = (tickets: readonly Ticket[], undone: readonly UndonePair[] = []) =>
  linkTickets(tickets, undone)
    .map((issue) => issue.tickets.map(({ system, id }) => `${system}/${id}`))
    .filter((keys) => keys.length > 1);

const FIVE = [
  ggus("10", "EOS at CERN does not answer"),
  ggus("20", "Transfers from T2_CH_CERN fail with timeouts"),
  ggus("35", "Stage-out failures for production jobs at T2_CH_CERN"),
  ggus("50", "xrootd reads from eoscms.cern.ch fail"),
  ggus("70", "Files at T2_CH_CERN are not readable", { system: "helpdesk" }),
];
const ELSEWHERE = [
  ggus("15", "Transfers from T1_DE_KIT fail with timeouts", { cmsSite: "T1_DE_KIT" }),
  ggus("25", "perfSONAR at T2_CH_CERN returns no data"),
  ggus("90000", "Transfers from T2_CH_CERN fail with timeouts"),
];

describe("linkTickets", () => {
  it("brings one outage of the status board and five tickets in different words together, and nothing else", () => {
    const found = linkTickets([...ELSEWHERE, ...FIVE, outage()]).filter(({ tickets }) => tickets.length > 1);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ id: "ssb/OTG0000042", title: "EOS CMS instance unavailable" });
    expect(found[0]?.tickets).toHaveLength(6);
    expect(found[0]?.links).toHaveLength(5);
    expect(found[0]?.links.every(({ reasons }) => reasons.length > 0)).toBe(true);
  });

  it("links what names each other, whatever the site and the time", () => {
    const far = { cmsSite: "T1_US_FNAL", createdAt: at(-100_000) };
    const named = [
      ggus("153264", "Disk server down", far),
      ggus("11", "see GGUS 153264"),
      ggus("12", "x", { description: "https://ggus.eu/?mode=ticket_info&ticket_id=153264" }),
      ggus("1000483", "other", { system: "helpdesk", fields: { number: "6000483" }, ...far }),
      ggus("13", "as in #6000483", { cmsSite: "T2_IT_Pisa" }),
      ggus("14", "caused by OTG0000042", { cmsSite: "T2_IT_Pisa" }),
      outage({ startsAt: at(-500_000), endsAt: null }),
      makeTicket({ system: "jira", id: "CMSKUBERNETES-12", subject: "move it", createdAt: at(90_000) }),
      ggus("15", "work goes on in CMSKUBERNETES-12", { cmsSite: "T2_FR_IPHC" }),
    ];
    expect(new Set(issues(named).map((keys) => keys.toSorted().join(" ")))).toEqual(
      new Set([
        "ggus/11 ggus/12 ggus/153264",
        "ggus/13 helpdesk/1000483",
        "ggus/14 ssb/OTG0000042",
        "ggus/15 jira/CMSKUBERNETES-12",
      ]),
    );
  });

  it("links what names the same third one that is not there", () => {
    const [one, two] = [
      ggus("1", "see OTG0099999", { cmsSite: "T1_US_FNAL" }),
      ggus("2", "OTG0099999 again", { cmsSite: "T2_IT_Pisa" }),
    ];
    const [issue] = linkTickets([one, two]);
    expect(issue?.links[0]?.reasons).toEqual(["both name ssb/OTG0099999"]);
  });

  it("keeps apart what a person has set apart, also through others, and for ever", () => {
    const undone: UndonePair[] = [["ssb/OTG0000042", "ggus/20"]];
    const found = issues([...FIVE, outage()], undone);
    const withOutage = found.find((keys) => keys.includes("ssb/OTG0000042"));
    expect(withOutage).not.toContain("ggus/20");
    expect(withOutage?.length).toBeGreaterThan(1);
    expect(issues([...FIVE, outage()], undone)).toEqual(found);
    expect(issues([ggus("1", "see OTG0000042"), outage()], [["ggus/1", "ssb/OTG0000042"]])).toEqual([]);
  });

  it("does not link two notices of the status board because both are at CERN", () => {
    const other = outage({ id: "OTG0000043", subject: "CTA tape drives maintenance", fields: {}, description: "" });
    expect(issues([outage(), other])).toEqual([]);
  });

  it("does not link tickets of which nothing is known", () => {
    const bare = { subject: "", cmsSite: null, createdAt: null, updatedAt: null };
    expect(issues([makeTicket({ ...bare, id: "1" }), makeTicket({ ...bare, id: "2" })])).toEqual([]);
    expect(linkTickets([])).toEqual([]);
  });

  it("gives every ticket exactly one issue, the same whatever the order, and never what is set apart", () => {
    const all = [...FIVE, ...ELSEWHERE, outage()];
    const keys = all.map(({ system, id }) => `${system}/${id}`);
    const pair = fc.tuple(fc.constantFrom(...keys), fc.constantFrom(...keys)).filter(([left, right]) => left !== right);
    fc.assert(
      fc.property(
        fc.shuffledSubarray(all, { minLength: all.length }),
        fc.array(pair, { maxLength: 4 }),
        (shuffled, undone) => {
          const found = linkTickets(shuffled, undone).map((issue) =>
            issue.tickets.map(({ system, id }) => `${system}/${id}`),
          );
          expect(found.flat().toSorted()).toEqual(keys.toSorted());
          expect(new Set(found.map(String))).toEqual(
            new Set(
              linkTickets(all, undone).map((issue) => String(issue.tickets.map(({ system, id }) => `${system}/${id}`))),
            ),
          );
          expect(
            found.some((issue) => undone.some(([left, right]) => issue.includes(left) && issue.includes(right))),
          ).toBe(false);
        },
      ),
      { numRuns: 60 },
    );
  });

  const week = sharedData("alerts", "week-dev.jsonl.gz");
  it.skipIf(week === null)("finds the site troubles of a simulated week, all of them and nothing else", () => {
    const truth = new Map<string, string>();
    const tickets = new Map<string, Ticket>();
    for (const line of gunzipSync(readFileSync(week ?? ""))
      .toString()
      .trim()
      .split("\n")) {
      const { t, labels, annotations, truth: real, startsAt, endsAt } = JSON.parse(line) as WeekEvent;
      if (labels["service"] === "GGUS" || labels["service"] === "SSB") {
        const system = labels["service"] === "SSB" ? "ssb" : "ggus";
        const id = labels["alertname"]?.replace(/^\w+-/, "") ?? "";
        truth.set(`${system}/${id}`, real.incident_id);
        tickets.set(
          `${system}/${id}`,
          makeTicket({
            system,
            id,
            subject: annotations["Subject"] ?? annotations["shortDescription"] ?? "",
            description: annotations["description"] ?? "",
            cmsSite: labels["Site"] ?? null,
            createdAt: system === "ggus" ? new Date(t * 1000) : null,
            updatedAt: null,
            startsAt: startsAt === undefined ? null : new Date(startsAt * 1000),
            endsAt: endsAt === undefined ? null : new Date(endsAt * 1000),
            fields: annotations,
          }),
        );
      }
    }
    const count = { right: 0, wrong: 0, missed: 0 };
    const issueOf = new Map<string, number>();
    linkTickets([...tickets.values()]).forEach((issue, index) => {
      for (const { system, id } of issue.tickets) {
        issueOf.set(`${system}/${id}`, index);
      }
    });
    const keys = [...truth.keys()];
    for (const [index, left] of keys.entries()) {
      for (const right of keys.slice(index + 1)) {
        const isOne = truth.get(left) === truth.get(right);
        const isLinked = issueOf.get(left) === issueOf.get(right);
        count.right += isOne && isLinked ? 1 : 0;
        count.wrong += !isOne && isLinked ? 1 : 0;
        count.missed += isOne && !isLinked ? 1 : 0;
      }
    }
    expect(count.right / (count.right + count.wrong)).toBeGreaterThan(0.95);
    expect(count.right / (count.right + count.missed)).toBeGreaterThan(0.9);
  });
});

interface WeekEvent {
  readonly t: number;
  readonly labels: Record<string, string>;
  readonly annotations: Record<string, string>;
  readonly truth: { readonly incident_id: string };
  readonly startsAt?: number;
  readonly endsAt?: number;
}

describe("the index of links", () => {
  it("knows for each open ticket the others of its issue, and forgets a link that is undone", async () => {
    const wrong: { subject: string; revokedAt: Date | null }[] = [];
    let reads = 0;
    let now = new Date(NOON);
    const all = [...FIVE, outage()];
    const memory = {
      open: (system: string) => {
        reads++;
        return Promise.resolve(all.filter((ticket) => ticket.system === system).map((ticket) => ({ ticket })));
      },
    };
    const index = createLinkIndex(
      memory,
      () => Promise.resolve(wrong),
      () => now,
    );
    expect(index.linkedWith(outage())).toEqual([]);
    await index.update();
    expect(index.linkedWith(outage())).toHaveLength(5);
    const before = index.issues();
    await index.update();
    expect(reads).toBe(4);
    index.markStale();
    await index.update();
    expect(index.issues()).toBe(before);
    wrong.push({ subject: wrongLinkSubject("ssb/OTG0000042", "ggus/20"), revokedAt: null });
    now = new Date(NOON + 3_600_000);
    await index.update();
    expect(index.linkedWith(outage())).not.toContain("ggus/20");
    wrong[0] = { subject: "ggus/20 ssb/OTG0000042", revokedAt: new Date() };
    index.markStale();
    await index.update();
    expect(index.linkedWith(outage())).toHaveLength(5);
    expect(reads).toBe(16);
  });

  it("reads what people said, and nothing that was taken back or is broken", () => {
    const said = [
      { subject: wrongLinkSubject("ssb/OTG1", "ggus/1"), revokedAt: null },
      { subject: "ggus/1 ggus/2", revokedAt: new Date() },
      { subject: "group", revokedAt: null },
    ];
    expect(undonePairs(said)).toEqual([["ggus/1", "ssb/OTG1"]]);
  });
});
