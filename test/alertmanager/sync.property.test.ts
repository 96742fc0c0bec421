import fc from "fast-check";
import { expect, test } from "vitest";
import type { Alert } from "../../src/alert/alert.ts";
import { fingerprint } from "../../src/alert/fingerprint.ts";
import { createEmbeddedAlertmanager } from "../../src/alertmanager/embedded/embedded.ts";
import { guardResolutions } from "../../src/alertmanager/resolve-guard.ts";
import { createSync } from "../../src/alertmanager/sync.ts";
import { silent } from "./clients.ts";
import { createTestMemory, report, type TestTicket, ticket, ticketAlert } from "./sync-fixtures.ts";

const START = Date.parse("2026-01-01T12:00:00Z");
const HOUR = 3_600_000;

interface Step {
  readonly tickets: readonly TestTicket[];
  readonly kind: "whole" | "incomplete" | "away" | "restart";
  readonly after: number;
}

const tickets = fc.uniqueArray(
  fc.record({
    id: fc.constantFrom("1", "2", "3", "4", "5"),
    priority: fc.constantFrom("urgent", "top priority"),
    status: fc.constantFrom("assigned", "on hold"),
    hours: fc.constantFrom(null, 2, 5),
    isClosed: fc.boolean(),
  }),
  { selector: (one) => one.id, maxLength: 5 },
);
const step: fc.Arbitrary<Step> = fc.record({
  tickets: tickets.map((list) =>
    list.map(({ id, hours, ...other }) =>
      ticket(id, { ...other, endsAt: hours === null ? null : new Date(START + hours * HOUR) }),
    ),
  ),
  kind: fc.constantFrom("whole", "whole", "incomplete", "away", "restart"),
  after: fc.integer({ min: 1000, max: 95_000 }),
});

test("whatever happened before, a whole fetch that somebody confirmed leaves exactly what it says in Alertmanager", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      let now = START;
      let isDown = false;
      const clock = () => new Date(now);
      const embedded = createEmbeddedAlertmanager({ clock });
      const memory = createTestMemory();
      const post = async (alerts: readonly Alert[]) => {
        if (isDown) {
          throw new Error("away");
        }
        await embedded.post(alerts);
      };
      const make = (resolveGuard = 0.5) =>
        createSync({ alertmanager: { post }, memory, states: memory.states, clock, log: silent, resolveGuard });
      let sync = make();

      for (const { tickets: items, kind, after } of steps) {
        now += after;
        const before = (await embedded.alerts()).map((one) => one.fingerprint);
        isDown = kind === "away";
        if (kind === "restart") {
          sync = make();
        }
        const incompleteBecause = kind === "incomplete" ? "cut off" : null;
        const result = await sync.run(report(items, { incompleteBecause })).catch(() => null);
        if (kind === "incomplete") {
          const listed = new Set(items.map((item) => `ggus-${item.id}`));
          const lost = before.filter(
            (id) => !result?.decisions.some(({ alerts }) => alerts.some((a) => fingerprint(a.labels) === id)),
          );
          const still = new Set((await embedded.alerts()).map((one) => one.fingerprint));
          expect(
            lost.filter((id) => !still.has(id)),
            `unlisted ones of ${[...listed]}`,
          ).toEqual([]);
        }
      }

      isDown = false;
      sync = make(1);
      const items = steps.at(-1)?.tickets ?? [];
      for (let times = 0; times < 2; times++) {
        now += 1000;
        await sync.run(report(items));
      }
      const wanted = items.filter((item) => !item.isClosed).map(ticketAlert);
      const held = await embedded.alerts();
      expect(held.map((one) => one.fingerprint).sort()).toEqual(wanted.map((one) => fingerprint(one.labels)).sort());
      for (const alert of wanted) {
        const one = held.find(({ fingerprint: id }) => id === fingerprint(alert.labels));
        expect(one).toMatchObject({ annotations: alert.annotations, startsAt: alert.startsAt, endsAt: alert.endsAt });
      }
    }),
    { numRuns: 150 },
  );
});

test("one fetch alone never resolves more than the share, nor does repetition before its time", () => {
  const ids = fc.uniqueArray(fc.nat({ max: 40 }).map(String), { maxLength: 30 });
  fc.assert(
    fc.property(ids, fc.nat({ max: 20 }), fc.double({ min: 0, max: 1, noNaN: true }), (missing, others, share) => {
      const open = missing.length + others;
      const now = new Date(START);
      const first = guardResolutions(missing, open, { share, earlier: null, now });
      expect(first.sure.size).toBeLessThanOrEqual(share * open);
      expect(first.next === null).toBe(first.sure.size === missing.length);
      const heldFor = (minutes: number) =>
        guardResolutions(missing, open, { share, earlier: first.next, now: new Date(START + minutes * 60_000) });
      if (first.next !== null) {
        expect(heldFor(29)).toMatchObject({ sure: new Set(), next: first.next });
      }
      expect(heldFor(72 * 60)).toMatchObject({ sure: new Set(missing), next: null });
    }),
  );
});
