import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Alert } from "../../src/alert/alert.ts";
import { systemClock } from "../../src/alert/clock.ts";
import { equals } from "../../src/alert/matcher.ts";
import { UserError } from "../../src/alert/user-error.ts";
import { createEmbeddedAlertmanager, type EmbeddedAlertmanager } from "../../src/alertmanager/embedded/embedded.ts";
import { watch } from "../../src/cli/alerts/run.ts";
import { type ServedEmbedded, serveEmbedded } from "../alertmanager/serve-embedded.ts";
import { cmswatch } from "./run.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
let embedded: EmbeddedAlertmanager;
let served: ServedEmbedded;

beforeAll(async () => {
  embedded = createEmbeddedAlertmanager({ clock: systemClock });
  served = await serveEmbedded(embedded, { clock: systemClock });
});
afterAll(() => served.close());

const from = (offset: number) => new Date(Date.now() + offset);
const fired = (name: string, service: string, severity: string, other: Partial<Alert> = {}): Alert => ({
  labels: { alertname: name, service, severity, tag: "monitoring" },
  annotations: { summary: `${name} is\nwrong` },
  startsAt: from(-HOUR),
  endsAt: null,
  ...other,
});

beforeEach(async () => {
  embedded.restore({ version: 1, alerts: [], silences: [] });
  await embedded.post([
    fired("ssb-OTG1", "SSB", "notification", { startsAt: from(-4 * DAY - 10.5 * HOUR), endsAt: from(11.66 * HOUR) }),
    fired("ggus-7", "GGUS", "ticket"),
    fired("DbsDown", "dbs", "urgent", { startsAt: from(-2 * HOUR) }),
    fired("Odd", "dbs", "hihg", { startsAt: from(-3 * MINUTE) }),
  ]);
});

const alerts = (...words: readonly string[]) => cmswatch(["alerts", "--url", served.url, ...words]);
const names = (text: string) =>
  text
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => line.split(" ")[0]);

describe("cmswatch alerts", () => {
  test("prints the columns that people know, worst severity first, unknown ones last", async () => {
    const { out, err, code } = await alerts();
    expect([err, code]).toEqual(["", 0]);
    expect(out.split("\n")[0]?.split(/ +/)).toEqual([
      "NAME",
      "SERVICE",
      "TAG",
      "SEVERITY",
      "STARTS",
      "ENDS",
      "DURATION",
    ]);
    expect(names(out)).toEqual(["DbsDown", "ggus-7", "ssb-OTG1", "Odd"]);
  });

  test("prints times seen from now", async () => {
    const line = (await alerts("--service", "SSB")).out.split("\n")[1] ?? "";
    expect(line.split(/ {2,}/)).toEqual([
      "ssb-OTG1",
      "SSB",
      "monitoring",
      "notification",
      "4D 10h AGO",
      "IN 11h 39m",
      "4D 22h",
    ]);
    expect((await alerts("--name", "ggus-7")).out).toMatch(/1h AGO +Undefined +Undefined/);
  });

  test.each([
    [
      ["--service", "dbs"],
      ["DbsDown", "Odd"],
    ],
    [["--severity", "ticket"], ["ggus-7"]],
    [["--service", "dbs", "--severity", "urgent"], ["DbsDown"]],
    [["--name", "Odd"], ["Odd"]],
    [
      ["--sort", "starts"],
      ["ssb-OTG1", "DbsDown", "ggus-7", "Odd"],
    ],
    [
      ["--sort", "ends"],
      ["ssb-OTG1", "DbsDown", "Odd", "ggus-7"],
    ],
    [
      ["--sort", "duration"],
      ["ssb-OTG1", "Odd", "ggus-7", "DbsDown"],
    ],
  ])("with %j shows %j", async (words, expected) => {
    expect(names((await alerts(...words)).out)).toEqual(expected);
  });

  test("says when there is none", async () => {
    expect(await alerts("--tag", "nothing")).toMatchObject({ out: "no alerts\n", code: 0 });
  });

  test("hides the silenced ones unless asked for", async () => {
    const silence = { startsAt: from(0), endsAt: from(HOUR), createdBy: "ada", comment: "" };
    await embedded.putSilence({ ...silence, matchers: [equals("service", "dbs")] });
    expect(names((await alerts()).out)).toEqual(["ggus-7", "ssb-OTG1"]);
    expect(names((await alerts("--all")).out)).toHaveLength(4);
  });

  test("prints JSON with the severity where the severity belongs", async () => {
    const rows = JSON.parse((await alerts("--json")).out);
    expect(rows).toHaveLength(4);
    expect(rows[0]).toMatchObject({
      Name: "DbsDown",
      Service: "dbs",
      Tag: "monitoring",
      Severity: "urgent",
      Starts: "2h AGO",
      Ends: "Undefined",
      Duration: "Undefined",
      EndsAt: null,
    });
  });

  test("prints all of it with --details, one line a value", async () => {
    const { out } = await alerts("--name", "DbsDown", "--details");
    expect(out).toContain("NAME: DbsDown");
    expect(out).toContain("\tseverity: urgent\n");
    expect(out).toContain("\tsummary: DbsDown is wrong\n");
    const [whole] = JSON.parse((await alerts("--name", "DbsDown", "--details", "--json")).out);
    expect(whole).toMatchObject({ labels: { service: "dbs" }, state: "active" });
  });

  test("uses colours only on a terminal, and never lets an alert paint it", async () => {
    const red = "\u001b[31m";
    await embedded.post([fired(`Evil${red}\u202e`, "x", "high")]);
    expect((await alerts()).out).not.toContain("\u001b");
    const painted = await cmswatch(["alerts", "--url", served.url, "--service", "x"], { colour: true });
    expect(painted.out).toContain(`${red}high`);
    expect(painted.out).not.toContain(`Evil${red}`);
    expect(painted.out).not.toContain("\u202e");
  });

  test("merges several Alertmanagers, and says which is away", async () => {
    const other = await serveEmbedded(createEmbeddedAlertmanager({ clock: systemClock }), { clock: systemClock });
    const both = ["--url", other.url];
    expect(names((await alerts(...both)).out)).toHaveLength(4);
    await other.close();
    const { out, err } = await alerts(...both);
    expect(names(out)).toHaveLength(4);
    expect(err).toContain(`Alertmanager ${other.url} cannot be reached (ECONNREFUSED): its part is missing here`);
  });

  test("ranks by the configured severities", async () => {
    const environment = { CMSWATCH_INTELLIGENCE_SEVERITIES: '{"ticket":9,"urgent":1}' };
    const { out } = await cmswatch(["alerts", "--url", served.url], { environment });
    expect(names(out).slice(0, 2)).toEqual(["ggus-7", "DbsDown"]);
  });

  test.each([
    [["alerts"], /no Alertmanager is named/],
    [["alerts", "--url", "not an address"], /is not an http\(s\) address/],
    [["alerts", "--url", "http://127.0.0.1:1"], /cannot be reached \(ECONNREFUSED\) — check that Alertmanager runs/],
    [["alerts", "--sort", "colour"], /Allowed choices are severity, starts, ends, duration/],
    [["alerts", "--watch", "5"], /not a duration/],
  ])("%j fails with one clear line", async (words, message) => {
    const { out, err, code } = await cmswatch(words);
    expect([out, code]).toEqual(["", 2]);
    expect(err).toMatch(message);
  });
});

describe("cmswatch alerts end", () => {
  test("ends an alert by its name", async () => {
    expect(await alerts("end", "ggus-7", "--dry-run")).toMatchObject({
      out: expect.stringMatching(/^would end ggus-7/),
    });
    expect(await embedded.alerts()).toHaveLength(4);
    const { out, code } = await alerts("end", "ggus-7");
    expect([out, code]).toEqual(["ended ggus-7 (service=GGUS, severity=ticket, tag=monitoring)\n", 0]);
    expect((await embedded.alerts()).map((one) => one.labels["alertname"])).not.toContain("ggus-7");
  });

  test("asks before it ends several of one name", async () => {
    await embedded.post([fired("Odd", "das", "high")]);
    const { err, code } = await alerts("end", "Odd");
    expect(err).toMatch(/2 alerts are called "Odd" \(.*service=das.*\) — add --all/);
    expect(code).toBe(2);
    await alerts("end", "Odd", "--all");
    expect(await embedded.alerts()).toHaveLength(3);
  });

  test("suggests the nearest name", async () => {
    expect((await alerts("end", "gugs-7")).err).toMatch(/no alert called "gugs-7" fires — did you mean "ggus-7"\?/);
  });
});

describe("a watch", () => {
  test("shows again and again, survives a failed look, and stops when told", async () => {
    const stop = new AbortController();
    const out: string[] = [];
    const err: string[] = [];
    let looks = 0;
    const show = async () => {
      looks++;
      if (looks === 2) {
        throw new UserError("cannot be reached", "Alertmanager x", "check");
      }
      if (looks === 3) {
        stop.abort();
      }
      return `look ${looks}\n`;
    };
    await watch(show, {
      every: 1,
      out: (text) => out.push(text),
      err: (text) => err.push(text),
      isTerminal: false,
      signal: stop.signal,
    });
    expect(out).toEqual(["look 1\n", "look 3\n"]);
    expect(err).toEqual(["cmswatch: Alertmanager x: cannot be reached — check\n"]);
  });
});
