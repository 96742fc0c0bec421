import { pino } from "pino";
import { expect, test } from "vitest";
import { createEmbeddedAlertmanager } from "../../src/alertmanager/embedded/embedded.ts";
import { createRecurringMaintenance } from "../../src/alertmanager/recurring.ts";
import { createSilences } from "../../src/alertmanager/silences.ts";
import { configSchema } from "../../src/config/schema.ts";
import { fakeStore } from "../bot/fake-store.ts";

const config = configSchema.parse({
  intelligence: {
    recurringSilences: [
      {
        id: "dbs-tuesday",
        cron: "0 6 * * 2",
        timezone: "Europe/Zurich",
        for: "2h",
        matchers: ['service="dbs"'],
        owner: "grace",
        reason: "weekly intervention",
      },
    ],
  },
}).intelligence;

test("a configured silence that comes again is made ahead, once, over restarts and replicas, and not again when it was ended", async () => {
  let now = new Date("2026-03-03T03:30:00Z");
  const clock = () => now;
  const alertmanager = createEmbeddedAlertmanager({ clock });
  const store = fakeStore();
  const silences = createSilences({
    alertmanager,
    ledger: store.silences,
    past: store.history,
    clock,
    longest: 7 * 86_400_000,
  });
  const start = () =>
    createRecurringMaintenance({ config, alertmanager, silences, store, clock, log: pino({ level: "silent" }) });
  const replicas = [start(), start()];
  const look = () => Promise.all(replicas.map((one) => one(now)));
  await look();
  expect(await alertmanager.silences()).toEqual([]);
  now = new Date("2026-03-03T04:05:00Z");
  await look();
  now = new Date("2026-03-03T04:06:00Z");
  await look();
  const [made, ...more] = await alertmanager.silences();
  expect(more).toEqual([]);
  expect(made).toMatchObject({
    createdBy: "grace",
    startsAt: new Date("2026-03-03T05:00:00Z"),
    endsAt: new Date("2026-03-03T07:00:00Z"),
    state: "pending",
  });
  now = new Date("2026-03-03T05:30:00Z");
  await alertmanager.expireSilence(made?.id ?? "");
  await start()(now);
  now = new Date("2026-03-03T05:31:00Z");
  await start()(now);
  expect(await alertmanager.silences()).toHaveLength(1);
});
