import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cleanTransfer } from "../../../src/transfers/model/clean.ts";
import { createCleanUp, mayTeach } from "../../../src/transfers/model/clean-up.ts";
import { unwrapEvent } from "../../../src/transfers/model/envelope.ts";
import { siteOf, UNKNOWN } from "../../../src/transfers/model/transfer.ts";
import { RAW, START, transfer } from "./samples.ts";

const without = (...names: string[]) =>
  Object.fromEntries(Object.entries(RAW).filter(([name]) => !names.includes(name)));

describe("cleanTransfer", () => {
  it("reads an event of Rucio", () => {
    expect(cleanTransfer(RAW)).toEqual({
      transfer: transfer({ submittedAt: START, startedAt: START + 60 }),
      flaws: [],
      refusal: null,
    });
  });

  it("reads text numbers, delay instead of a start, underscores, and epoch milliseconds", () => {
    const raw = {
      ...without("started_at", "submitted_at", "src-rse"),
      submitted_at: START * 1000,
      delay: "60",
      bytes: "5",
      src_rse: "A",
    };
    expect(cleanTransfer(raw).transfer).toMatchObject({
      submittedAt: START,
      startedAt: START + 60,
      bytes: 5,
      source: "A",
    });
  });

  it("takes the duration from start and end where none is given", () => {
    expect(cleanTransfer(without("duration")).transfer?.duration).toBe(20);
  });

  it.each([
    ["unknown site", { "src-rse": "UNKNOWN" }, { source: UNKNOWN }],
    ["unknown site", { "dst-rse": null }, { destination: UNKNOWN }],
    ["unknown activity", { activity: "" }, { activity: UNKNOWN }],
    ["negative delay", { started_at: "2026-02-28 23:59:00" }, { startedAt: START }],
    ["no start", { started_at: "" }, { startedAt: START }],
    ["zero bytes", { bytes: 0 }, { bytes: 0 }],
    ["no size", { bytes: -5 }, { bytes: 0 }],
    ["no size", { bytes: "many" }, { bytes: 0 }],
  ] as const)("puts right and names: %s %j", (flaw, change, put) => {
    const cleaned = cleanTransfer({ ...RAW, ...change });
    expect(cleaned.flaws).toEqual([flaw]);
    expect(cleaned.transfer).toMatchObject(put);
  });

  it.each([
    ["no submission time", { submitted_at: "yesterday", started_at: null }],
    ["no duration", { duration: null, transferred_at: null }],
    ["negative duration", { duration: -1 }],
    ["not a transfer", { event_type: "deletion-done" }],
  ] as const)("refuses and names: %s", (refusal, change) => {
    expect(cleanTransfer({ ...RAW, ...change })).toMatchObject({ transfer: null, refusal });
  });

  it("keeps a failure without a duration, with its reason", () => {
    const failed = { ...without("duration", "transferred_at"), event_type: "transfer-failed", reason: "no space" };
    expect(cleanTransfer(failed).transfer).toMatchObject({ outcome: "failed", reason: "no space", duration: null });
  });

  it("gives a usable transfer or a refusal, whatever comes", () => {
    const fields = fc.dictionary(fc.constantFrom(...Object.keys(RAW), "delay"), fc.anything());
    const usable = (raw: Record<string, unknown>) => {
      const { transfer: found, refusal } = cleanTransfer({ ...RAW, ...raw });
      expect(found === null).toBe(refusal !== null);
      if (found !== null) {
        expect(found.startedAt).toBeGreaterThanOrEqual(found.submittedAt);
        expect(found.bytes).toBeGreaterThanOrEqual(0);
        expect(found.duration).toBeGreaterThanOrEqual(0);
      }
    };
    fc.assert(fc.property(fields, usable));
  });
});

describe("unwrapEvent", () => {
  it.each([
    [{ a: 1 }, { a: 1 }],
    [{ _source: { data: { a: 1 }, metadata: {} } }, { a: 1 }],
    [
      { event_type: "transfer-failed", payload: { a: 1 } },
      { a: 1, event_type: "transfer-failed" },
    ],
    [
      { payload: null, a: 1 },
      { payload: null, a: 1 },
    ],
    [[1], null],
    ["text", null],
  ])("%j holds %j", (document, event) => {
    expect(unwrapEvent(document)).toEqual(event);
  });
});

describe("createCleanUp", () => {
  it("counts what was wrong, and knows a duplicate again", () => {
    const cleanUp = createCleanUp();
    cleanUp.take(RAW);
    const again = cleanUp.take(RAW);
    cleanUp.take({ ...RAW, name: "file-2", bytes: 0 });
    cleanUp.take({});
    expect(again.flaws).toEqual(["duplicate"]);
    expect(mayTeach(again.flaws)).toBe(false);
    expect(cleanUp.taken).toBe(4);
    expect(cleanUp.counts).toEqual({ duplicate: 1, "zero bytes": 1, "no submission time": 1 });
  });

  it("takes two files of one moment for two transfers", () => {
    const cleanUp = createCleanUp();
    expect(cleanUp.take({ ...RAW, name: "a" }).flaws).toEqual([]);
    expect(cleanUp.take({ ...RAW, name: "b" }).flaws).toEqual([]);
  });

  it("knows the last 50,000 events again, and forgets older ones", () => {
    const cleanUp = createCleanUp();
    const take = (bytes: number) => cleanUp.take({ ...RAW, bytes }).flaws.includes("duplicate");
    for (let bytes = 1; bytes <= 50_001; bytes++) {
      take(bytes);
    }
    expect([take(50_001), take(3), take(1)]).toEqual([true, true, false]);
  });
});

describe("siteOf", () => {
  it.each([
    ["T1_DE_KIT_Disk", "T1_DE_KIT"],
    ["T2_UK_London_IC", "T2_UK_London_IC"],
    ["T0_CH_CERN_Tape", "T0_CH_CERN"],
    ["T2_CH_CERN_Test_1", "T2_CH_CERN"],
    ["FZK-LCG2_DATADISK", "FZK-LCG2"],
    ["nowhere", "nowhere"],
  ])("%s is at %s", (storage, site) => {
    expect(siteOf(storage)).toBe(site);
  });
});
