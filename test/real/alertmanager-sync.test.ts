import { afterEach, describe, expect, test } from "vitest";
import { systemClock } from "../../src/alert/clock.ts";
import { SILENCE_MARK } from "../../src/alert/silence.ts";
import { AlertmanagerError } from "../../src/alertmanager/error.ts";
import { createSync, type SyncOptions } from "../../src/alertmanager/sync.ts";
import { clientOf, silent } from "../alertmanager/clients.ts";
import { createTestMemory, report, type TestMemory, type TestTicket, ticket } from "../alertmanager/sync-fixtures.ts";
import { alertmanagerPrograms, type RealAlertmanager, startAlertmanager } from "./alertmanager-server.ts";

const HOUR = 3_600_000;
const ahead = (milliseconds: number) => new Date(Math.floor((Date.now() + milliseconds) / 1000) * 1000);

for (const { name, path, why } of alertmanagerPrograms()) {
  describe.skipIf(path === null)(
    `sync and a real Alertmanager ${name}${path === null ? `: skipped, ${why}` : ""}`,
    () => {
      const started: RealAlertmanager[] = [];
      afterEach(async () => {
        await Promise.all(started.splice(0).map((server) => server.remove()));
      });
      const start = async () => {
        const server = await startAlertmanager(path ?? "");
        started.push(server);
        return server;
      };
      const syncOf = (
        servers: readonly RealAlertmanager[],
        memory: TestMemory,
        options: Partial<SyncOptions<TestTicket>> = {},
      ) => {
        const client = clientOf(
          servers.map((server) => server.url),
          { timeout: "500ms" },
        );
        const sync = createSync({
          alertmanager: client,
          memory,
          states: memory.states,
          clock: systemClock,
          log: silent,
          resolveGuard: 0.5,
          ...options,
        });
        return { client, sync };
      };
      const held = async (server: RealAlertmanager) =>
        (await clientOf([server.url]).alerts())
          .map((one) => `${one.labels["alertname"]} ${one.labels["Priority"]}`)
          .toSorted();

      test("an open ticket is active with its own start, and an outage until its announced end", async () => {
        const server = await start();
        const { sync, client } = syncOf([server], createTestMemory(), { resolveTimeout: 1 });
        const end = ahead(3 * HOUR);
        const items = [ticket("open", { startsAt: ahead(-20 * HOUR) }), ticket("outage", { endsAt: end })];
        for (let cycle = 0; cycle < 3; cycle++) {
          await sync.run(report(items));
          const alerts = await client.alerts();
          expect(alerts.map((one) => one.state)).toEqual(["active", "active"]);
          const byName = new Map(alerts.map((one) => [one.labels["alertname"], one]));
          expect(byName.get("ggus-open")).toMatchObject({ startsAt: items[0]?.startsAt, endsAt: null });
          expect(byName.get("ggus-outage")).toMatchObject({ endsAt: end });
        }
      });

      test("what is gone from a complete fetch is resolved, by its labels and not by a tag", async () => {
        const server = await start();
        const { sync } = syncOf([server], createTestMemory());
        await sync.run(report([ticket("1"), ticket("2"), ticket("3", { endsAt: ahead(HOUR) })]));
        await sync.run(report([ticket("1"), ticket("2")]));
        expect(await held(server)).toEqual(["ggus-1 urgent", "ggus-2 urgent"]);
      });

      test("a failed, empty or cut-off fetch resolves nothing; a second empty one is held back too, until somebody confirms it", async () => {
        const server = await start();
        const memory = createTestMemory();
        const { sync } = syncOf([server], memory);
        const both = ["ggus-1 urgent", "ggus-2 urgent"];
        await sync.run(report([ticket("1"), ticket("2")]));
        await sync.run(report([], { incompleteBecause: "the server answered 502" }));
        expect(await held(server)).toEqual(both);
        await sync.run(report([ticket("1")], { incompleteBecause: "cut off after 1 ticket" }));
        expect(await held(server)).toEqual(both);
        expect((await sync.run(report([]))).guarded).toContain("2 of 2");
        expect(await held(server)).toEqual(both);
        await sync.run(report([]));
        expect(await held(server)).toEqual(both);
        await syncOf([server], memory, { resolveGuard: 1 }).sync.run(report([]));
        expect(await held(server)).toEqual([]);
      });

      test("what was pushed before a restart is known after it", async () => {
        const server = await start();
        const memory = createTestMemory();
        await syncOf([server], memory).sync.run(report([ticket("1"), ticket("2"), ticket("3")]));
        const { sync } = syncOf([server], memory);
        await sync.run(report([ticket("1", { priority: "top priority" }), ticket("3")]));
        expect(await held(server)).toEqual(["ggus-1 top priority", "ggus-3 urgent"]);
      });

      test("a server that refuses or is away is an error, and the next cycle makes up for it", async () => {
        const server = await start();
        const memory = createTestMemory();
        const notAlertmanager = syncOf([server], memory, {
          alertmanager: clientOf([`${server.url}/somewhere`]),
        });
        await expect(notAlertmanager.sync.run(report([ticket("1")]))).rejects.toThrow(AlertmanagerError);
        const { sync } = syncOf([server], memory);
        await server.stop();
        await expect(sync.run(report([ticket("1")]))).rejects.toThrow(/cannot be reached/);
        await server.restart();
        await sync.run(report([ticket("1")]));
        expect(await held(server)).toEqual(["ggus-1 urgent"]);
      });

      test("an Alertmanager that was restarted and forgot everything gets it all with the next refresh", async () => {
        const server = await start();
        const { sync } = syncOf([server], createTestMemory(), { resolveTimeout: 1 });
        await sync.run(report([ticket("1"), ticket("2", { endsAt: ahead(HOUR) })]));
        await server.restart();
        expect(await held(server)).toEqual([]);
        await sync.run(report([ticket("1"), ticket("2", { endsAt: ahead(HOUR) })]));
        expect(await held(server)).toEqual(["ggus-1 urgent", "ggus-2 urgent"]);
      });

      test("two alerts of one name do not collide", async () => {
        const server = await start();
        const { sync } = syncOf([server], createTestMemory());
        const toAlert = (item: TestTicket) => ({
          labels: { alertname: "same", Priority: item.priority },
          annotations: { id: item.id },
          startsAt: item.startsAt,
          endsAt: null,
        });
        await sync.run(report([ticket("1", { priority: "a" }), ticket("2", { priority: "b" })], { toAlert }));
        expect(await held(server)).toEqual(["same a", "same b"]);
        await sync.run(report([ticket("2", { priority: "b" })], { toAlert }));
        expect(await held(server)).toEqual(["same b"]);
      });

      test("status and end follow the ticket, also to an earlier end", async () => {
        const server = await start();
        const { sync, client } = syncOf([server], createTestMemory());
        for (const [status, end] of [
          ["planned", ahead(4 * HOUR)],
          ["prolonged", ahead(6 * HOUR)],
          ["nearly done", ahead(HOUR)],
        ] as const) {
          await sync.run(report([ticket("1", { status, endsAt: end })]));
          expect(await client.alerts()).toMatchObject([{ annotations: { Status: status }, endsAt: end }]);
        }
      });

      test("a dry run writes nothing", async () => {
        const server = await start();
        const memory = createTestMemory();
        const { sync, client } = syncOf([server], memory, { isDryRun: true });
        const result = await sync.run(report([ticket("1"), ticket("2")]));
        expect(result).toMatchObject({ counts: { push: 2 }, sent: 0 });
        expect(await client.alerts()).toEqual([]);
        expect(memory.writes).toBe(0);
      });

      test("of two Alertmanagers one is unreachable for a while: both are right in the end", async () => {
        const [one, other] = [await start(), await start()];
        const { sync, client } = syncOf([one, other], createTestMemory(), { resolveTimeout: 1 });
        const end = ahead(10 * HOUR);
        await sync.run(report([ticket("gone", { endsAt: end }), ticket("moved", { endsAt: end }), ticket("stays")]));
        process.kill(other.pid, "SIGSTOP");
        try {
          await sync.run(
            report([ticket("moved", { endsAt: end, priority: "top priority" }), ticket("stays"), ticket("new")]),
          );
          expect(client.health().map((member) => member.degradedSince === null)).toEqual([true, false]);
        } finally {
          process.kill(other.pid, "SIGCONT");
        }
        await client.catchUp();
        const expected = ["ggus-moved top priority", "ggus-new urgent", "ggus-stays urgent"];
        expect([await held(one), await held(other)]).toEqual([expected, expected]);
        expect(client.health().map((member) => member.missed)).toEqual([0, 0]);
      });

      test("of two Alertmanagers one is restarted: it gets what it missed and what it forgot, silences too", async () => {
        const [one, other] = [await start(), await start()];
        const { sync, client } = syncOf([one, other], createTestMemory(), { resolveTimeout: 1 });
        await sync.run(report([ticket("1"), ticket("2"), ticket("3")]));
        await other.stop();
        const id = await client.putSilence({
          matchers: [{ name: "alertname", value: "ggus-2", isRegex: false, isEqual: true }],
          startsAt: new Date(),
          endsAt: ahead(HOUR),
          createdBy: "ada",
          comment: `upgrade ${SILENCE_MARK}`,
        });
        await sync.run(report([ticket("2"), ticket("3")]));
        await other.restart();
        await client.catchUp();
        await sync.run(report([ticket("2"), ticket("3")]));
        expect(await held(other)).toEqual(["ggus-2 urgent", "ggus-3 urgent"]);
        expect(await held(one)).toEqual(["ggus-2 urgent", "ggus-3 urgent"]);
        const silenced = async (server: RealAlertmanager) =>
          (await clientOf([server.url]).alerts({ active: false })).map((alert) => alert.labels["alertname"]);
        expect([await silenced(one), await silenced(other)]).toEqual([["ggus-2"], ["ggus-2"]]);
        await client.expireSilence(id);
        expect([await silenced(one), await silenced(other)]).toEqual([[], []]);
      });
    },
  );
}
