import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readCalendar } from "../../src/oncall/calendar/read.ts";
import { openFolder } from "../../src/store/pglite.ts";
import type { Store } from "../../src/store/store.ts";
import { databaseTemplate } from "../store/memory-store.ts";
import { cmswatch } from "./run.ts";

const folder = mkdtempSync(join(tmpdir(), "cmswatch-cli-oncall-"));
const file = join(folder, "oncall.yaml");
const store = join(folder, "store");
const environment = { USER: "ada", CMSWATCH_ONCALL: file, CMSWATCH_STORE_URL: join(folder, "none") };
const withStore = { ...environment, CMSWATCH_STORE_URL: store };
const oncall = (...words: readonly string[]) => cmswatch(["oncall", ...words], { environment });

beforeAll(async () => {
  writeFileSync(
    file,
    `people: [{ name: ada, slackId: U0ADA }, { name: bob }]
fallback: { person: bob }
rosters:
  - { name: ops, default: true, roles: { primary: { rotation: { people: [ada, bob], starts: 2026-01-05 } } } }
  - name: dbs
    services: [dbs]
    roles: { primary: { rotation: { people: [ada], starts: 2026-01-05, hours: { from: "09:00", to: "17:00" } } } }
`,
  );
  await (await openFolder(store, await databaseTemplate())).close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("cmswatch oncall now", () => {
  it("says who, until when and why", async () => {
    const { out, code } = await oncall("now", "--service", "DAS", "--at", "2026-01-13T10:00");
    expect(out).toBe("ops: bob until Mon 2026-01-19 09:00 (bob has the shift)\n");
    expect(code).toBe(0);
  });

  it("prints JSON for programs", async () => {
    const { out } = await oncall("now", "--service", "das", "--at", "2026-01-06T10:00+01:00", "--json");
    expect(JSON.parse(out)).toMatchObject({
      at: "2026-01-06T09:00:00.000Z",
      service: "das",
      nobody: false,
      people: [
        { key: "ops", role: "primary", person: { name: "ada", slackId: "U0ADA" }, until: "2026-01-12T08:00:00.000Z" },
      ],
      problems: [],
    });
  });

  it("ends with 1 and the fallback when nobody is on call", async () => {
    const { out, code } = await oncall("now", "--service", "dbs", "--at", "2026-01-06T20:00");
    expect(out).toMatch(/^NOBODY is on call\nfallback: bob/);
    expect(code).toBe(1);
  });

  it("lists every roster without a service", async () => {
    const { out, code } = await oncall("now", "--at", "2026-01-06T20:00");
    expect(out.split("\n").map((line) => line.split(" ").slice(0, 2).join(" "))).toEqual([
      "ops: ada",
      "dbs: NOBODY",
      "",
    ]);
    expect(code).toBe(0);
  });

  it("ends with 2 and the nearest right name for an unknown service, a bad time or no schedule", async () => {
    expect(await oncall("now", "--service", "dsb")).toMatchObject({
      code: 2,
      err: expect.stringContaining('did you mean "dbs"?'),
    });
    expect(await oncall("now", "--at", "soon")).toMatchObject({
      code: 2,
      err: expect.stringContaining('"soon" is not a time'),
    });
    expect(await cmswatch(["oncall", "now"])).toMatchObject({
      code: 2,
      err: expect.stringContaining("there is no schedule"),
    });
  });
});

describe("cmswatch oncall list", () => {
  it("lists shifts, and the gaps alone with exit code 1", async () => {
    const { out } = await oncall("list", "--roster", "ops", "--from", "2026-01-06T00:00", "--for", "7d");
    expect(out).toBe(
      "Tue 2026-01-06 00:00 to Mon 2026-01-12 09:00  ops: ada\nMon 2026-01-12 09:00 to Tue 2026-01-13 00:00  ops: bob\n",
    );
    const gaps = await oncall("list", "--gaps", "--from", "2026-01-06T00:00", "--for", "1d");
    expect(gaps.out).toBe(
      "Tue 2026-01-06 00:00 to Tue 2026-01-06 09:00  dbs: NOBODY\nTue 2026-01-06 17:00 to Wed 2026-01-07 00:00  dbs: NOBODY\n",
    );
    expect(gaps.code).toBe(1);
    expect((await oncall("list", "--gaps", "--roster", "ops", "--from", "2026-01-06T00:00")).code).toBe(0);
    expect((await oncall("list", "--roster", "opps")).err).toContain('did you mean "ops"?');
  });

  it("writes a calendar that reads back", async () => {
    const { out } = await oncall("list", "--ical", "--roster", "ops", "--from", "2026-01-06T00:00", "--for", "14d");
    const range = { from: new Date("2026-01-01"), to: new Date("2027-01-01") };
    const { events } = readCalendar(out, { people: [{ name: "ada" }, { name: "bob" }], zone: "UTC", range });
    expect(events.map(({ person }) => person)).toEqual(["ada", "bob", "ada"]);
  });
});

describe("cmswatch oncall override", () => {
  const override = (...words: readonly string[]) =>
    cmswatch(["oncall", "override", ...words], { environment: withStore });

  it("makes an exception that counts from then on, and refuses to remove one that is not there", async () => {
    const made = await override("ops", "bob", "--from", "2036-01-08T10:00", "--for", "2h", "--json");
    expect(made.err).toBe("");
    const [one] = JSON.parse(made.out);
    const now = ["oncall", "now", "--service", "das", "--at", "2036-01-08T11:00"];
    expect((await cmswatch(now, { environment: withStore })).out).toContain("bob was put in by ada");
    expect((await override("--remove", "nothing")).code).toBe(2);
    expect(one.id).toMatch(/^[0-9a-f-]{36}$/);
  });

  it("says that the running process has the folder, and answers `now` without exceptions meanwhile", async () => {
    const running: Store = await openFolder(store);
    try {
      expect(await override("ops", "bob", "--for", "2h")).toMatchObject({
        code: 2,
        err: expect.stringMatching(/is in use by process/),
      });
      const answer = await cmswatch(["oncall", "now", "--service", "das"], { environment: withStore });
      expect(answer.err).toMatch(/exceptions that people made are not known/);
      expect(answer.out).toMatch(/^ops: /);
    } finally {
      await running.close();
    }
  });
});
