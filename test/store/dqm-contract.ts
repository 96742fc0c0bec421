import { expect, it } from "vitest";
import type { JudgedRun, Overrule } from "../../src/alert/dqm.ts";
import type { Store } from "../../src/store/store.ts";
import { minute } from "./samples.ts";

export function judgedRun(run: number, more: Partial<JudgedRun> = {}): JudgedRun {
  return {
    run,
    judgedAt: minute(1),
    detector: "default",
    lumis: [
      { lumi: 1, status: "GOOD", score: 0.25, histogram: "charge" },
      { lumi: 2, status: "STANDBY", score: null, histogram: null },
    ],
    evidence: [],
    ...more,
  };
}

export function overrule(id: string, more: Partial<Overrule> = {}): Overrule {
  return {
    id,
    run: 1,
    first: 1,
    last: 5,
    status: "BAD",
    reason: "HV trip",
    by: "ada",
    via: "cli",
    at: minute(2),
    revokedAt: null,
    ...more,
  };
}

/** What every store must do with verdicts on runs. Runs below 1000 are these tests' own. */
export function dqmContract(get: () => Store): void {
  it("keeps the newest verdict of a run, and lists runs from the highest down", async () => {
    const { dqm } = get();
    await dqm.saveRun(judgedRun(11));
    await dqm.saveRun(judgedRun(12));
    await dqm.saveRun(judgedRun(11, { detector: "ks" }));
    expect(await dqm.run(11)).toEqual(judgedRun(11, { detector: "ks" }));
    expect((await dqm.runs(2)).map(({ run }) => run)).toEqual([12, 11]);
    expect(await dqm.run(999)).toBeNull();
  });

  it("keeps people's words of runs, newest first, those taken back too", async () => {
    const { dqm } = get();
    await dqm.saveOverrule(overrule("a", { run: 21 }));
    await dqm.saveOverrule(overrule("b", { run: 21, at: minute(3) }));
    await dqm.saveOverrule(overrule("c", { run: 22 }));
    await dqm.saveOverrule(overrule("a", { run: 21, revokedAt: minute(4) }));
    const found = await dqm.overrules({ runs: [21], limit: 10 });
    expect(found.map(({ id, revokedAt }) => [id, revokedAt])).toEqual([
      ["b", null],
      ["a", minute(4)],
    ]);
    expect(await dqm.overrules({ runs: [21, 22], limit: 1 })).toHaveLength(1);
    expect(await dqm.overrules({ runs: [], limit: 1 })).toEqual([]);
  });

  it("prunes old verdicts, but not where a person's word counts", async () => {
    const { dqm, prune } = get();
    const old = new Date("2018-05-01T10:00:00Z");
    for (const run of [31, 32]) {
      await dqm.saveRun(judgedRun(run, { judgedAt: old }));
    }
    await dqm.saveOverrule(overrule("kept", { run: 32, at: old }));
    await prune(new Date("2018-06-01T00:00:00Z"));
    expect([await dqm.run(31), (await dqm.run(32))?.run]).toEqual([null, 32]);
  });
}
