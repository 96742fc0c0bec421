import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ActiveAlert, Alert, Labels } from "../../src/alert/alert.ts";
import type { Alertmanager } from "../../src/alert/alertmanager.ts";
import { fingerprint } from "../../src/alert/fingerprint.ts";
import { equals, type Matcher } from "../../src/alert/matcher.ts";
import type { SilenceRequest } from "../../src/alert/silence.ts";
import { AlertmanagerError } from "../../src/alertmanager/error.ts";

/** What a contract run works on; each starts empty, groups by alertname and has one receiver, `default`. */
export interface ContractSubject {
  readonly alertmanager: Alertmanager;
  readonly resolveTimeout: number;
  readonly stop: () => Promise<void>;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** One present for the whole run, on a whole second: Alertmanager's clock goes on meanwhile. */
const START = Math.floor(Date.now() / 1000) * 1000;
const ago = (milliseconds: number) => new Date(START - milliseconds);
const ahead = (milliseconds: number) => ago(-milliseconds);

/** Tests that every Alertmanager of cmswatch passes: the embedded one, the client, and the client on real servers. */
export function describeAlertmanager(name: string, start: () => Promise<ContractSubject>): void {
  describe(name, () => {
    let subject: ContractSubject;
    beforeAll(async () => {
      subject = await start();
    });
    afterAll(() => subject?.stop());

    const post = (...alerts: readonly Alert[]) => subject.alertmanager.post(alerts);
    const named = async (alertname: string): Promise<readonly ActiveAlert[]> =>
      subject.alertmanager.alerts({ matchers: [equals("alertname", alertname)] });
    const silence = (request: Partial<SilenceRequest> & Pick<SilenceRequest, "matchers">) =>
      subject.alertmanager.putSilence({
        startsAt: ago(0),
        endsAt: ahead(HOUR),
        createdBy: "contract",
        comment: "a test",
        ...request,
      });
    const silenceById = async (id: string) =>
      (await subject.alertmanager.silences()).find((candidate) => candidate.id === id);
    const refusal = async (work: Promise<unknown>): Promise<AlertmanagerError> => {
      const error = await work.then(
        () => null,
        (fault: unknown) => fault,
      );
      expect(error).toBeInstanceOf(AlertmanagerError);
      return error as AlertmanagerError;
    };

    describe("alerts", () => {
      test("lists a posted alert with its labels, texts, times and identity", async () => {
        const startsAt = ago(HOUR);
        const labels = { alertname: "plain", service: "dbs" };
        await post({ labels, annotations: { summary: "slow" }, startsAt, endsAt: null, generatorURL: "http://x/y" });
        const [found] = await named("plain");
        expect(found).toMatchObject({
          labels,
          annotations: { summary: "slow" },
          startsAt,
          endsAt: null,
          generatorURL: "http://x/y",
          fingerprint: fingerprint(labels),
          state: "active",
          silencedBy: [],
          inhibitedBy: [],
          receivers: ["default"],
        });
      });

      test("keeps an announced end", async () => {
        const endsAt = ahead(3 * HOUR);
        await post(alert({ alertname: "announced" }, { endsAt }));
        expect((await named("announced"))[0]?.endsAt).toEqual(endsAt);
      });

      test("no longer lists an alert that has ended", async () => {
        await post(alert({ alertname: "ended" }));
        await post(alert({ alertname: "ended" }, { endsAt: ago(0) }));
        expect(await named("ended")).toEqual([]);
      });

      test("keeps the earliest start and the newest texts of an alert that is sent again", async () => {
        await post(alert({ alertname: "again" }, { startsAt: ago(HOUR), annotations: { status: "assigned" } }));
        await post(alert({ alertname: "again" }, { startsAt: ago(MINUTE), annotations: { status: "on hold" } }));
        const found = await named("again");
        expect(found).toHaveLength(1);
        expect(found[0]).toMatchObject({ startsAt: ago(HOUR), annotations: { status: "on hold" } });
      });

      test("lets a later announced end win over a refresh", async () => {
        const endsAt = ahead(3 * HOUR);
        await post(alert({ alertname: "long" }, { endsAt }));
        await post(alert({ alertname: "long" }));
        expect((await named("long"))[0]?.endsAt).toEqual(endsAt);
      });

      test("takes an earlier end when the alert is ended and sent again in one post", async () => {
        const labels = { alertname: "shortened" };
        const startsAt = ago(HOUR);
        await post(alert(labels, { startsAt, endsAt: ahead(3 * HOUR) }));
        await post(alert(labels, { startsAt, endsAt: ago(1000) }), alert(labels, { startsAt, endsAt: ahead(HOUR) }));
        expect((await named("shortened"))[0]).toMatchObject({ startsAt, endsAt: ahead(HOUR) });
      });

      test("can fire again after it ended", async () => {
        await post(alert({ alertname: "returns" }, { endsAt: ago(1000) }));
        await post(alert({ alertname: "returns" }));
        expect(await named("returns")).toHaveLength(1);
      });

      test("accepts a start in the future, with an end and without", async () => {
        await post(
          alert({ alertname: "planned", end: "known" }, { startsAt: ahead(HOUR), endsAt: ahead(2 * HOUR) }),
          alert({ alertname: "planned", end: "open" }, { startsAt: ahead(HOUR) }),
        );
        expect(await named("planned")).toHaveLength(2);
      });

      test("ends an alert whose start is still to come", async () => {
        const labels = { alertname: "cancelled" };
        await post(alert(labels, { startsAt: ahead(HOUR), endsAt: ahead(2 * HOUR) }));
        await post(alert(labels, { startsAt: ahead(HOUR), endsAt: ago(1000) }));
        expect(await named("cancelled")).toEqual([]);
      });

      test("drops labels without a value", async () => {
        await post(alert({ alertname: "hollow", site: "" }));
        expect((await named("hollow"))[0]?.labels).toEqual({ alertname: "hollow" });
        expect((await named("hollow"))[0]?.fingerprint).toBe(fingerprint({ alertname: "hollow", site: "" }));
      });

      test("refuses an alert without labels and still stores the others", async () => {
        const error = await refusal(post(alert({}), alert({ alertname: "good" })));
        expect(error.status).toBe(400);
        expect(error.message).toContain("at least one label pair required");
        expect(await named("good")).toHaveLength(1);
      });

      test("takes several thousand in one post", async () => {
        const many = Array.from({ length: 2500 }, (_, index) => alert({ alertname: "many", index: `${index}` }));
        await subject.alertmanager.post(many);
        expect(await named("many")).toHaveLength(2500);
      });

      test("gives every label set the identity that we compute", async () => {
        const name = fc.stringMatching(/^[a-zA-Z_][a-zA-Z0-9_]{0,8}$/);
        const value = fc.string({ unit: "grapheme", maxLength: 12 });
        const sets = fc.sample(fc.dictionary(name, value, { maxKeys: 6 }), { numRuns: 200, seed: 7 });
        await subject.alertmanager.post(sets.map((labels) => alert({ ...labels, alertname: "any", _set: "property" })));
        const found = await subject.alertmanager.alerts({ matchers: [equals("_set", "property")] });
        expect(found.length).toBeGreaterThan(100);
        expect(found.map((one) => fingerprint(one.labels))).toEqual(found.map((one) => one.fingerprint));
      });
    });

    describe("filters", () => {
      beforeAll(async () => {
        await post(
          ...["dbs", "das", "couchdb"].map((service) => alert({ alertname: "filtered", service })),
          alert({ alertname: "filtered" }),
        );
        await silence({ matchers: [equals("alertname", "filtered"), equals("service", "das")] });
      });
      const services = async (matchers: readonly Matcher[], flags: { silenced?: boolean; active?: boolean } = {}) =>
        (await subject.alertmanager.alerts({ matchers: [equals("alertname", "filtered"), ...matchers], ...flags }))
          .map((one) => one.labels["service"] ?? "")
          .sort();
      const on = (value: string, isRegex: boolean, isEqual: boolean): Matcher => ({
        name: "service",
        value,
        isRegex,
        isEqual,
      });

      test("by the four kinds of matcher, a missing label being empty", async () => {
        expect(await services([on("dbs", false, true)])).toEqual(["dbs"]);
        expect(await services([on("dbs", false, false)])).toEqual(["", "couchdb", "das"]);
        expect(await services([on("d.s", true, true)])).toEqual(["das", "dbs"]);
        expect(await services([on("d.s", true, false)])).toEqual(["", "couchdb"]);
      });

      test("patterns match whole values", async () => {
        expect(await services([on("couch", true, true)])).toEqual([]);
      });

      test("without the silenced, and without the active", async () => {
        expect(await services([], { silenced: false })).toEqual(["", "couchdb", "dbs"]);
        expect(await services([], { active: false })).toEqual(["das"]);
      });

      test("by receiver", async () => {
        const matchers = [equals("alertname", "filtered")];
        expect(await subject.alertmanager.alerts({ matchers, receiver: "def.*" })).toHaveLength(4);
        expect(await subject.alertmanager.alerts({ matchers, receiver: "def" })).toEqual([]);
      });
    });

    describe("silences", () => {
      const hides = (value: string) => [equals("alertname", value)];

      test("hide the alerts they match until they are ended", async () => {
        await post(alert({ alertname: "hidden" }));
        const id = await silence({ matchers: hides("hidden") });
        expect((await named("hidden"))[0]).toMatchObject({ state: "suppressed", silencedBy: [id] });
        expect(await silenceById(id)).toMatchObject({ state: "active", createdBy: "contract", comment: "a test" });
        await subject.alertmanager.expireSilence(id);
        expect((await named("hidden"))[0]).toMatchObject({ state: "active", silencedBy: [] });
        expect(await silenceById(id)).toMatchObject({ state: "expired" });
      });

      test("are pending until they start, and hide nothing before", async () => {
        await post(alert({ alertname: "later" }));
        const id = await silence({ matchers: hides("later"), startsAt: ahead(HOUR), endsAt: ahead(2 * HOUR) });
        expect(await silenceById(id)).toMatchObject({ state: "pending", startsAt: ahead(HOUR) });
        expect((await named("later"))[0]?.state).toBe("active");
      });

      test("keep all four kinds of matcher", async () => {
        const matchers: readonly Matcher[] = [
          { name: "alertname", value: "kinds", isRegex: false, isEqual: true },
          { name: "service", value: "das", isRegex: false, isEqual: false },
          { name: "severity", value: "high|medium", isRegex: true, isEqual: true },
          { name: "site", value: "T2_.*", isRegex: true, isEqual: false },
        ];
        const id = await silence({ matchers });
        const kept = (await silenceById(id))?.matchers.toSorted((a, b) => (a.name < b.name ? -1 : 1));
        expect(kept).toEqual(matchers);
      });

      test("are extended in place when only their end changes", async () => {
        const id = await silence({ matchers: hides("extended") });
        const old = await silenceById(id);
        const startsAt = old?.startsAt ?? new Date();
        const next = await silence({ id, matchers: hides("extended"), startsAt, endsAt: ahead(5 * HOUR) });
        expect(next).toBe(id);
        expect(await silenceById(id)).toMatchObject({ state: "active", endsAt: ahead(5 * HOUR) });
      });

      test("get a new id when their matchers change, and the old one ends", async () => {
        const id = await silence({ matchers: hides("before") });
        const next = await silence({ id, matchers: hides("after") });
        expect(next).not.toBe(id);
        expect(await silenceById(id)).toMatchObject({ state: "expired" });
        expect(await silenceById(next)).toMatchObject({ state: "active", matchers: hides("after") });
      });

      test("are listed by what they match", async () => {
        const id = await silence({ matchers: hides("listed") });
        const found = await subject.alertmanager.silences([equals("alertname", "listed")]);
        expect(found.map((one) => one.id)).toEqual([id]);
      });

      test("are refused when they would hide everything, have ended, or have a bad pattern", async () => {
        const regex = (value: string) => [{ name: "alertname", value, isRegex: true, isEqual: true }];
        expect((await refusal(silence({ matchers: regex(".*") }))).status).toBe(400);
        expect((await refusal(silence({ matchers: regex("a(") }))).status).toBe(400);
        expect((await refusal(silence({ matchers: [] }))).isTemporary).toBe(false);
        const past = { startsAt: ago(2 * HOUR), endsAt: ago(HOUR) };
        expect((await refusal(silence({ matchers: hides("x"), ...past }))).status).toBe(400);
        const reversed = { startsAt: ahead(2 * HOUR), endsAt: ahead(HOUR) };
        expect((await refusal(silence({ matchers: hides("x"), ...reversed }))).status).toBe(400);
      });

      test("that nobody knows cannot be changed or ended", async () => {
        const id = "11111111-1111-4111-8111-111111111111";
        expect((await refusal(silence({ id, matchers: hides("x") }))).status).toBe(404);
        await refusal(subject.alertmanager.expireSilence(id));
      });
    });

    test("groups alerts by name, per receiver", async () => {
      await post(alert({ alertname: "grouped", pod: "a" }), alert({ alertname: "grouped", pod: "b" }));
      await expect
        .poll(async () => {
          const groups = await subject.alertmanager.groups({ matchers: [equals("alertname", "grouped")] });
          return groups.map((group) => [group.labels, group.receiver, group.alerts.length]);
        })
        .toEqual([[{ alertname: "grouped" }, "default", 2]]);
    });

    test("tells its version, cluster, resolve timeout and receivers", async () => {
      const status = await subject.alertmanager.status();
      expect(status.version).toMatch(/^0\.\d+/);
      expect(status.clusterStatus).toBe("disabled");
      expect(status.peers).toBe(0);
      expect(status.resolveTimeout).toBe(subject.resolveTimeout);
      expect(status.uptimeSince.getTime()).toBeLessThanOrEqual(Date.now());
      expect(await subject.alertmanager.receivers()).toEqual(["default"]);
    });
  });
}

/** An alert that began a minute ago and has no end, unless said otherwise. */
export function alert(labels: Labels, other: Partial<Alert> = {}): Alert {
  return { labels, annotations: {}, startsAt: ago(MINUTE), endsAt: null, ...other };
}
