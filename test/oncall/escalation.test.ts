import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  beginEscalation,
  confirmPage,
  type Escalation,
  type EscalationInput,
  nameOf,
  stepEscalation,
} from "../../src/oncall/escalation.ts";
import type { EscalationPolicy } from "../../src/oncall/schema.ts";
import { group } from "./samples.ts";

const MINUTE = 60_000;
const policy: EscalationPolicy = {
  steps: [
    { role: "primary", wait: 10 * MINUTE },
    { role: "secondary", wait: 5 * MINUTE },
    { channel: "C1", wait: 15 * MINUTE },
  ],
  repeat: 1,
};
const names: Record<string, string | null> = { primary: "ada", secondary: "bob" };

function input(minutes: number, more: Partial<EscalationInput> = {}): EscalationInput {
  return {
    group: { state: "firing" },
    policy,
    resolve: ({ role, person, channel }) =>
      channel !== undefined
        ? { kind: "channel", channel }
        : ((name) => (name === null ? null : { kind: "person", name }))(person ?? names[role ?? ""] ?? null),
    fallback: "boss",
    now: new Date(minutes * MINUTE),
    ...more,
  };
}

/** Looks every minute; every page is delivered at once. Gives who was paged when. */
function run(
  minutes: number,
  more: Partial<EscalationInput> = {},
  begin: Escalation = beginEscalation(group("g"), "cmsweb", "standard"),
) {
  const paged: string[] = [];
  let state = begin;
  for (let minute = 0; minute <= minutes && state.ended === null; minute++) {
    const step = stepEscalation(state, input(minute, more));
    state = step.state;
    if (step.kind === "page") {
      paged.push(`${minute} ${nameOf(step.target).replace("channel:", "")}`);
      state = confirmPage(state, new Date(minute * MINUTE));
    }
  }
  return { paged, state };
}

describe("an escalation", () => {
  it("pages the next in line when the time to answer is over, then the channel, then all again, then gives up", () => {
    const { paged, state } = run(100);
    expect(paged).toEqual(["0 ada", "10 bob", "15 C1", "30 ada", "40 bob", "45 C1"]);
    expect(state.ended).toEqual({ at: 60 * MINUTE, why: "unanswered" });
  });

  it("waits while the page can be answered, and says until when", () => {
    const { state } = run(0);
    expect(stepEscalation(state, input(9))).toMatchObject({ kind: "wait", until: new Date(10 * MINUTE) });
  });

  it.each(["acknowledged", "silenced", "resolved"] as const)("ends when the group is %s", (why) => {
    const step = stepEscalation(run(3).state, input(4, { group: { state: why } }));
    expect(step).toMatchObject({ kind: "end", state: { ended: { at: 4 * MINUTE, why }, pending: null } });
  });

  it("passes over a role that nobody has, and over whoever was paged already", () => {
    const resolve: EscalationInput["resolve"] = ({ role }) =>
      role === "secondary" ? { kind: "person", name: "bob" } : null;
    expect(run(100, { resolve }).paged).toEqual(["0 bob", "5 bob"]);
    const same: EscalationInput["resolve"] = () => ({ kind: "person", name: "ada" });
    expect(run(100, { resolve: same }).paged).toEqual(["0 ada", "10 ada"]);
  });

  it("pages the fallback, loudly, when no step finds anybody", () => {
    const step = stepEscalation(beginEscalation(group("g"), null, "standard"), input(0, { resolve: () => null }));
    expect(step).toMatchObject({ kind: "page", nobody: true, target: { kind: "person", name: "boss" } });
    expect(run(100, { resolve: () => null }).paged).toEqual(["0 boss", "10 boss"]);
  });

  it("sends a page again that was not confirmed, four times, and goes on to the next in line", () => {
    let state = beginEscalation(group("g"), "cmsweb", "standard");
    const seen: string[] = [];
    for (let second = 0; second <= 150; second += 10) {
      const step = stepEscalation(state, { ...input(0), now: new Date(second * 1000) });
      state = step.state;
      if (step.kind === "page" && step.target.kind === "person") {
        seen.push(`${second} ${step.target.name} ${state.pending?.attempt}`);
      }
    }
    expect(seen).toEqual(["0 ada 1", "30 ada 2", "60 ada 3", "90 ada 4", "120 bob 1", "150 bob 2"]);
  });

  it("pages nobody twice in one pass, ends, and never runs away, whatever the policy and who is there", () => {
    const anyStep = fc.oneof(
      fc.record({
        role: fc.constantFrom("primary", "secondary", "third"),
        wait: fc.integer({ min: 0, max: 30 * MINUTE }),
      }),
      fc.record({ person: fc.constantFrom("ada", "dan"), wait: fc.integer({ min: 0, max: 30 * MINUTE }) }),
      fc.record({ channel: fc.constantFrom("C1", "C2"), wait: fc.integer({ min: 0, max: 30 * MINUTE }) }),
    );
    const anyPolicy = fc.record({
      steps: fc.array(anyStep, { minLength: 1, maxLength: 6 }),
      repeat: fc.integer({ min: 0, max: 3 }),
    });
    fc.assert(
      fc.property(anyPolicy, fc.boolean(), (one, isEmpty) => {
        const more: Partial<EscalationInput> = { policy: one, ...(isEmpty ? { resolve: () => null } : {}) };
        const { paged, state } = run(30 * 7 * 5, more);
        expect(state.ended?.why).toBe("unanswered");
        expect(paged.length).toBeGreaterThan(0);
        expect(paged.length).toBeLessThanOrEqual(one.steps.length * (one.repeat + 1));
        expect(new Set(state.paged).size).toBe(state.paged.length);
      }),
      { numRuns: 100 },
    );
  });
});

describe("an escalation of what recovers", () => {
  it("pages nobody more while all its metrics are back, and goes on when they are not", () => {
    const { state } = run(0);
    const held = stepEscalation(state, input(10, { isRecovering: true }));
    expect(held).toMatchObject({ kind: "wait", until: new Date(11 * MINUTE), state });
    expect(stepEscalation(state, input(11))).toMatchObject({ kind: "page", target: { name: "bob" } });
  });
});
