import { describe, expect, it } from "vitest";
import { printSsb } from "../../src/tickets/ssb/parse.ts";
import { parse, refusal } from "./support.ts";

const COLUMNS = [
  "time",
  "begin",
  "description",
  "duration",
  "end",
  "fe_name",
  "monit_state",
  "monit_state_1",
  "se_name",
  "short_description",
  "ssb_number",
  "sys_created_by",
  "sys_mod_count",
  "sys_updated_by",
  "type",
  "update_timestamp",
];
const BEGIN = Date.UTC(2021, 2, 4, 8);
type Row = unknown[];
const row = (id: unknown = "OTG0000042", changes: Record<string, unknown> = {}): Row =>
  COLUMNS.map((name) =>
    Object.hasOwn(changes, name)
      ? changes[name]
      : ({
          time: "2021-03-04T08:00:00Z",
          begin: BEGIN,
          description: "Database Services",
          end: BEGIN + 3_600_000,
          fe_name: "Oracle",
          monit_state: "OPEN",
          monit_state_1: "OPEN",
          se_name: "",
          short_description: "Rack power",
          ssb_number: id,
          sys_created_by: "someone",
          sys_mod_count: "3",
          sys_updated_by: "system",
          type: "Service Incident",
          update_timestamp: BEGIN + 1000,
        }[name] ?? null),
  );
const answer = (values: unknown, columns: unknown = COLUMNS) =>
  JSON.stringify({ results: [{ statement_id: 0, series: [{ name: "outages", columns, values }] }] });

describe("SSB", () => {
  it("reads an outage with its times in milliseconds", async () => {
    const { tickets, problems } = await parse("ssb", answer([row()]));
    expect(problems).toEqual([]);
    expect(tickets[0]).toMatchObject({
      system: "ssb",
      id: "OTG0000042",
      subject: "Rack power",
      status: "OPEN",
      startsAt: new Date(BEGIN),
      endsAt: new Date(BEGIN + 3_600_000),
      url: "https://cern.service-now.com/service-portal?id=outage&n=OTG0000042",
    });
    expect(tickets.map(printSsb)[0]).toMatchObject({
      ssbNumber: "OTG0000042",
      begin: BEGIN,
      seName: "",
      sysModCount: "3",
    });
  });

  it("reads columns by name in any order", async () => {
    const { tickets } = await parse("ssb", answer([[...row()].reverse()], [...COLUMNS].reverse()));
    expect(tickets[0]).toMatchObject({ id: "OTG0000042", subject: "Rack power", startsAt: new Date(BEGIN) });
  });

  it("reads columns by their usual order where their names are others", async () => {
    const { tickets } = await parse(
      "ssb",
      answer(
        [row()],
        COLUMNS.map((name) => `last_${name}`),
      ),
    );
    expect(tickets[0]).toMatchObject({ id: "OTG0000042", subject: "Rack power", type: "Service Incident" });
  });

  it("keeps the latest state of an outage that comes once per change", async () => {
    const later = row("OTG0000042", { monit_state: "CLOSED", update_timestamp: BEGIN + 5000 });
    const { tickets, problems } = await parse("ssb", answer([later, row()]));
    expect(tickets.map(({ status }) => status)).toEqual(["CLOSED"]);
    expect(problems).toEqual([]);
  });

  it.each([
    ["an end before the begin", row("OTG0000042", { end: BEGIN - 1 }), "end"],
    ["a begin in words", row("OTG0000042", { begin: String(BEGIN) }), "begin"],
    ["no begin", row("OTG0000042", { begin: null }), "begin"],
    ["seconds for milliseconds", row("OTG0000042", { begin: BEGIN / 1000 }), "begin"],
    ["an object for a text", row("OTG0000042", { short_description: {} }), "shortDescription"],
  ])("reports %s with the outage's number", async (_what, bad, field) => {
    const { tickets, problems, isWhole } = await parse("ssb", answer([bad, row("OTG0000043")]));
    expect(tickets.map(({ id }) => id)).toEqual(["OTG0000043"]);
    expect(problems).toMatchObject([{ id: "OTG0000042", field, place: "results[0].series[0].values[0]" }]);
    expect(isWhole).toBe(true);
  });

  it.each([[null], [[]], ["row"], [{}], [row(54_348)], [row(null)], [row().slice(0, 9)]])(
    "reports %j as a row that nothing is known of",
    async (bad) => {
      const { tickets, problems, isWhole } = await parse("ssb", answer([bad, row()]));
      expect(tickets).toHaveLength(1);
      expect(problems).toMatchObject([{ id: null, dropped: true }]);
      expect(isWhole).toBe(false);
    },
  );

  it("is an empty list when the result has no series, and not whole when the server says that it is partial", async () => {
    expect(await parse("ssb", '{"results":[{"statement_id":0}]}')).toMatchObject({ tickets: [], isWhole: true });
    expect(await parse("ssb", '{"results":[{"statement_id":0,"partial":true}]}')).toMatchObject({ isWhole: false });
  });

  it.each([
    ['{"error":"timeout"}', '"timeout"'],
    ['{"results":[{"error":"no such measurement"}]}', '"no such measurement"'],
    ['{"results":[]}', "no result at all"],
    ["{}", "no result at all"],
    ['{"results":{}}', "expected array"],
    ["[]", "expected object"],
    ['{"results":[{"series":[{"columns":["a"],"values":[[1]]}]}]}', "1 columns"],
    ['{"results":[', "is not JSON"],
    ["", "is empty"],
    ["<html><title>Sign in</title></html>", "web page"],
  ])("refuses %j as a whole", async (content, reason) => {
    expect(await refusal("ssb", content)).toContain(reason);
  });
});
