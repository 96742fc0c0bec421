import { describe, expect, it } from "vitest";
import { NO_EXCEPTIONS } from "../../src/oncall/turn.ts";
import type { Actor } from "../../src/operations/actions-types.ts";
import { createOncallDesk, NO_SCHEDULE } from "../../src/operations/oncall.ts";
import { fakeStore } from "../bot/fake-store.ts";
import { at, schedule } from "../oncall/samples.ts";

const now = at("2026-01-07T12:00:00+01:00");
const bob: Actor = { person: { name: "Bob B.", slackId: "U0BOB" }, via: "slack" };

function desk() {
  const store = fakeStore();
  const exceptions = async (moment: Date) => ({
    ...NO_EXCEPTIONS,
    overrides: await store.oncall.overrides(moment, new Date(moment.getTime() + 1)),
  });
  return {
    store,
    desk: createOncallDesk({ schedule: schedule(), exceptions, ownersOf: () => [], store, clock: () => now }),
  };
}

describe("the on-call desk", () => {
  it("knows people by Slack id, mail address or name, whatever they are called elsewhere", () => {
    const { desk: one } = desk();
    expect(one.nameOf(bob.person)).toBe("bob");
    expect(one.nameOf({ name: "A. L.", email: "ADA@example.org" })).toBe("ada");
    expect(one.nameOf({ name: "Cy" })).toBe("cy");
    expect(one.nameOf({ name: "Zoe" })).toBe("Zoe");
  });

  it("makes an exception for the rest of a shift and takes it back, both in the audit log", async () => {
    const { desk: one, store } = desk();
    const shift = await one.restOfShift("cmsweb", now);
    expect(shift).toMatchObject({ person: "ada", to: at("2026-01-12T09:00:00+01:00") });
    const wish = { roster: "cmsweb", person: "bob", from: now, to: shift?.to ?? now, by: "bob" };
    const made = await one.override(wish, bob);
    expect(made).toMatchObject({ ok: true, reason: "bob has cmsweb until 2026-01-12 08:00 UTC." });
    expect((await one.now(null, now))[0]?.person?.name).toBe("bob");
    const id = made.ok ? (made.overrideId ?? "") : "";
    expect(await one.overrides(now)).toMatchObject([{ id, person: "bob" }]);
    expect(await one.undoOverride(id, bob)).toMatchObject({ ok: true });
    expect(await one.undoOverride(id, bob)).toMatchObject({ ok: false, because: "gone" });
    expect((await one.now(null, now))[0]?.person?.name).toBe("ada");
    expect((await store.audit.recent(9)).map(({ action, actor }) => [action, actor])).toEqual([
      ["remove-override", "Bob B."],
      ["override", "Bob B."],
    ]);
  });

  it("refuses who is not in the schedule, with the nearest right name", async () => {
    const wish = { roster: "cmsweb", person: "adda", from: now, to: at("2026-01-08T09:00:00+01:00"), by: "bob" };
    expect(await desk().desk.override(wish, bob)).toMatchObject({
      ok: false,
      because: "invalid",
      reason: expect.stringContaining('did you mean "ada"?'),
    });
  });

  it("says so where there is no schedule", async () => {
    expect((await NO_SCHEDULE.now(null, now))[0]?.because).toContain("no oncall.yaml is configured");
    expect(await NO_SCHEDULE.undoOverride("x", bob)).toMatchObject({ ok: false, because: "unavailable" });
  });
});
