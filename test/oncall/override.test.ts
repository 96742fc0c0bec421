import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { changeOverrides, type OverrideWords } from "../../src/oncall/change-overrides.ts";
import { readMoment } from "../../src/oncall/override.ts";
import type { Store } from "../../src/store/store.ts";
import { openMemoryStore } from "../store/memory-store.ts";
import { at, schedule, ZURICH } from "./samples.ts";

const now = at("2026-01-07T12:00:00+01:00");

describe("exceptions that people make", () => {
  let store: Store;
  beforeAll(async () => {
    store = await openMemoryStore();
  });
  afterAll(() => store?.close());
  const change = (words: Partial<OverrideWords>) =>
    changeOverrides(
      { roster: "cmsweb", person: "cy", from: "now", by: "ada", ...words },
      { schedule: schedule(), store, now },
    );

  it("are kept, listed, removed, and in the audit log", async () => {
    const made = await change({ for: "4h" });
    const [one] = made.overrides;
    expect(made.text).toBe(`cmsweb: cy from Wed 2026-01-07 12:00 to Wed 2026-01-07 16:00, by ada [${one?.id}]\n`);
    expect((await change({ roster: undefined })).overrides).toEqual([one]);
    expect((await change({ remove: one?.id ?? "" })).text).toMatch(/^removed: cmsweb: cy/);
    expect((await change({ roster: undefined })).text).toBe("no exceptions\n");
    const log = await store.audit.recent(5);
    expect(log.map(({ action, actor }) => [action, actor])).toContainEqual(["remove-override", "ada"]);
    expect(log).toHaveLength(2);
  });

  it("last for the rest of the shift, to a time, or for a while from a later time", async () => {
    expect((await change({ shift: true })).overrides[0]?.to).toEqual(at("2026-01-12T09:00:00+01:00"));
    expect((await change({ roster: "cmsweb/secondary", shift: true })).overrides[0]?.to).toEqual(
      at("2026-01-12T09:00:00+01:00"),
    );
    const night = await change({ from: "2026-03-28T22:00", to: "2026-03-29T07:00" });
    expect(night.overrides[0]).toMatchObject({
      from: at("2026-03-28T22:00:00+01:00"),
      to: at("2026-03-29T07:00:00+02:00"),
    });
  });

  it.each([
    [{ for: "4h", roster: "cmswbe" }, /there is no roster "cmswbe" — did you mean "cmsweb"\?/],
    [{ for: "4h", person: "adda" }, /there is no person "adda" — did you mean "ada"\?/],
    [{ for: "4 hours" }, /--for: .*is not a duration/],
    [{ from: "tomorrow", for: "4h" }, /--from: "tomorrow" is not a time/],
    [{ to: "2026-01-07T11:00" }, /let it end after it begins/],
    [{ for: "200d" }, /within 100 days/],
    [{}, /not said how long/],
    [{ roster: "dbs", shift: true, from: "2026-01-10T12:00" }, /dbs has no shift then/],
    [{ remove: "nothing" }, /there is no exception "nothing"/],
  ])("that make no sense are refused: %j", async (words, message) => {
    await expect(change(words)).rejects.toThrow(message);
  });
});

describe("a moment that a person wrote", () => {
  it("is in the schedule's zone unless it names one, or is counted from now", () => {
    expect(readMoment("2026-07-01T09:00", ZURICH, now, "x")).toEqual(at("2026-07-01T09:00:00+02:00"));
    expect(readMoment("2026-07-01T09:00Z", ZURICH, now, "x")).toEqual(at("2026-07-01T09:00:00Z"));
    expect(readMoment("+1h30m", ZURICH, now, "x")).toEqual(at("2026-01-07T13:30:00+01:00"));
    expect(readMoment("now", ZURICH, now, "x")).toBe(now);
  });
});
