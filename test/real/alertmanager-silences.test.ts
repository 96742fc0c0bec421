import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { systemClock } from "../../src/alert/clock.ts";
import { equals } from "../../src/alert/matcher.ts";
import type { Acknowledgement } from "../../src/alert/silence.ts";
import { createAcknowledgements } from "../../src/alertmanager/acknowledgements.ts";
import type { AlertmanagerCluster } from "../../src/alertmanager/several/cluster.ts";
import { createSilenceMaintenance } from "../../src/alertmanager/silence-care.ts";
import { createSilences, type Silences } from "../../src/alertmanager/silences.ts";
import { clientOf, silent } from "../alertmanager/clients.ts";
import { alert } from "../alertmanager/contract.ts";
import { createTestLedger, type TestLedger } from "../alertmanager/silence-fixtures.ts";
import { cmswatch } from "../cli/run.ts";
import { alertmanagerPrograms, type RealAlertmanager, startAlertmanager } from "./alertmanager-server.ts";

const HOUR = 3_600_000;
const ahead = (milliseconds: number) => new Date(Date.now() + milliseconds);

for (const { name, path, why } of alertmanagerPrograms()) {
  const skipped = path === null ? `: skipped, ${why}` : "";
  describe.skipIf(path === null)(`silences in a real Alertmanager ${name}${skipped}`, () => {
    let server: RealAlertmanager;
    let client: AlertmanagerCluster;
    let ledger: TestLedger;
    let silences: Silences;
    let service = "";
    let runs = 0;
    beforeAll(async () => {
      server = await startAlertmanager(path ?? "");
      client = clientOf([server.url]);
    });
    afterAll(() => server?.remove());
    beforeEach(async () => {
      runs++;
      service = `dbs${runs}`;
      ledger = createTestLedger();
      silences = createSilences({ alertmanager: client, ledger, past: null, clock: systemClock, longest: 24 * HOUR });
      await client.post([alert({ alertname: "Down", service }, { endsAt: ahead(HOUR) })]);
    });
    const byHand = () =>
      client.putSilence({
        matchers: [equals("service", service)],
        startsAt: new Date(),
        endsAt: ahead(HOUR),
        createdBy: "grace",
        comment: "made in Karma",
      });
    const state = async (id: string) => (await client.silences()).find((silence) => silence.id === id)?.state;
    const resolve = () => client.post([alert({ alertname: "Down", service }, { endsAt: ahead(-1000) })]);
    const careAt = (offset: number) =>
      createSilenceMaintenance({ alertmanager: client, ledger, clock: () => ahead(offset), log: silent });

    test("those that people made are never touched, whatever happens to their alerts", async () => {
      const theirs = await byHand();
      const care = careAt(0);
      await care();
      await resolve();
      await care();
      await expect(silences.expire(theirs)).rejects.toThrow(/made by grace without cmswatch/);
      await expect(silences.extend(theirs, ahead(2 * HOUR))).rejects.toThrow(/made by grace/);
      expect(await state(theirs)).toBe("active");
      expect(ledger.entries.has(theirs)).toBe(false);
    });

    test("one for a copy goes when its alert goes", async () => {
      const { silenceId } = await silences.add({
        matchers: [equals("service", service)],
        endsAt: ahead(HOUR),
        owner: "cmswatch",
        reason: "copied",
        purpose: "copy",
      });
      const care = careAt(0);
      await care();
      expect(ledger.entries.get(silenceId)?.hidden).toHaveLength(1);
      expect(await state(silenceId)).toBe("active");
      await resolve();
      await care();
      expect(await state(silenceId)).toBe("expired");
    });

    test("an acknowledgement hides its alert, is extended under the same id, and ends with the alert", async () => {
      const book = new Map<string, Acknowledgement>();
      let offset = 0;
      const clock = () => ahead(offset);
      const acknowledgements = createAcknowledgements({
        alertmanager: client,
        silences: createSilences({ alertmanager: client, ledger, past: null, clock, longest: 24 * HOUR }),
        book: {
          save: async (one) => {
            book.set(one.groupId, one);
          },
          active: async () => [...book.values()].filter((one) => one.endedAt === null),
          of: async (groupId) => book.get(groupId) ?? null,
        },
        clock,
        longest: 4 * HOUR,
      });
      const { silenceId } = await acknowledgements.acknowledge("g1", [equals("service", service)], "ada");
      const [held] = await client.alerts({ matchers: [equals("service", service)] });
      expect(held).toMatchObject({ state: "suppressed", silencedBy: [silenceId] });
      offset = 10 * 60_000;
      expect(await acknowledgements.tend()).toMatchObject([{ action: "extend", acknowledgement: { silenceId } }]);
      await resolve();
      await acknowledgements.tend();
      offset += 60_000;
      expect(await acknowledgements.tend()).toMatchObject([{ action: "end", reason: "the alert has resolved" }]);
      expect(await state(silenceId ?? "")).toBe("expired");
    });

    test("the command line makes, shows and ends them", async () => {
      const at = ["--url", server.url];
      const made = await cmswatch([
        "silences",
        "add",
        ...at,
        `service=${service}`,
        "--for",
        "2h",
        "--reason",
        "upgrade",
      ]);
      expect(made).toMatchObject({ err: "", code: 0 });
      expect((await cmswatch(["alerts", ...at, "--service", service])).out).toBe("no alerts\n");
      expect((await cmswatch(["alerts", ...at, "--service", service, "--all"])).out).toContain("Down");
      const id = made.out.trim();
      expect((await cmswatch(["silences", "list", ...at])).out).toContain(id);
      expect((await cmswatch(["silences", "expire", ...at, id])).out).toBe(`${id} has ended\n`);
      expect((await cmswatch(["alerts", ...at, "end", "Down", "--all"])).code).toBe(0);
      expect((await cmswatch(["alerts", ...at, "--all", "--service", service])).out).toBe("no alerts\n");
    });
  });
}
