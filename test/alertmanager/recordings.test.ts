import { readdirSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterEach, describe, expect, expectTypeOf, test } from "vitest";
import { z } from "zod";
import { fingerprint } from "../../src/alert/fingerprint.ts";
import type { AlertmanagerApi } from "../../src/alertmanager/generated/api.ts";
import {
  alertSchema,
  type groupSchema,
  type receiverSchema,
  silenceSchema,
  statusSchema,
  toActiveAlert,
  toSilence,
  toStatus,
} from "../../src/alertmanager/schema.ts";
import { sharedData } from "../shared-data.ts";
import { clientOf } from "./clients.ts";

/** A definition of the API description without `readonly`, which zod's input types do not have. */
type Wire<Name extends keyof AlertmanagerApi> = Mutable<AlertmanagerApi[Name]>;
type Mutable<T> = T extends object ? { -readonly [Key in keyof T]: Mutable<T[Key]> } : T;

const MINUTE = 60_000;
let server: Server | null = null;
afterEach(() => server?.close());

/** A server that answers each path of the API with the text given for it, and 404 otherwise. */
async function serveAnswers(answers: ReadonlyMap<string, string>): Promise<string> {
  const started = createServer((request, response) => {
    const answer = answers.get((request.url ?? "").replace("/api/v2/", ""));
    response.writeHead(answer === undefined ? 404 : 200, { "content-type": "application/json" }).end(answer ?? '""');
  });
  server = started;
  await new Promise<void>((resolve) => started.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(started.address() as AddressInfo).port}`;
}

const STATUS = JSON.stringify({
  cluster: { status: "disabled" },
  versionInfo: { version: "0.22.0" },
  config: { original: "global:\n  resolve_timeout: 5m\n" },
  uptime: "2021-05-14T22:46:54.155Z",
});
const ALERT = {
  labels: { alertname: "x" },
  annotations: {},
  startsAt: "2021-05-14T22:47:49.310Z",
  endsAt: "2021-05-14T22:52:49.310Z",
  updatedAt: "2021-05-14T22:47:49.310Z",
  fingerprint: "d240efc3896bf266",
  receivers: [{ name: "default" }],
  status: { state: "active", silencedBy: [], inhibitedBy: [] },
};

describe("answers of any version", () => {
  test("the schemas accept everything that the API description allows", () => {
    expectTypeOf<Wire<"gettableAlert">>().toExtend<z.input<typeof alertSchema>>();
    expectTypeOf<Wire<"alertGroup">>().toExtend<z.input<typeof groupSchema>>();
    expectTypeOf<Wire<"gettableSilence">>().toExtend<z.input<typeof silenceSchema>>();
    expectTypeOf<Wire<"alertmanagerStatus">>().toExtend<z.input<typeof statusSchema>>();
    expectTypeOf<Wire<"receiver">>().toExtend<z.input<typeof receiverSchema>>();
  });

  test("null and missing collections are empty ones", () => {
    const wire = { ...ALERT, annotations: null, receivers: null, generatorURL: null };
    const read = toActiveAlert(
      alertSchema.parse({ ...wire, status: { state: "active", silencedBy: null, inhibitedBy: null, mutedBy: null } }),
      null,
    );
    expect(read).toMatchObject({ annotations: {}, receivers: [], silencedBy: [], inhibitedBy: [] });
    expect(read).not.toHaveProperty("generatorURL");
  });

  test("an end that the resolve timeout made up is no end; an announced one is kept", () => {
    const wire = alertSchema.parse(ALERT);
    expect(toActiveAlert(wire, 5 * MINUTE).endsAt).toBeNull();
    expect(toActiveAlert(wire, 4 * MINUTE).endsAt).toEqual(new Date(ALERT.endsAt));
    expect(toActiveAlert(wire, null).endsAt).toEqual(new Date(ALERT.endsAt));
  });

  test("the year 1 is no end", () => {
    const wire = alertSchema.parse({ ...ALERT, endsAt: "0001-01-01T00:00:00.000Z" });
    expect(toActiveAlert(wire, null).endsAt).toBeNull();
  });

  test("a matcher without isEqual is an equality", () => {
    const silence = toSilence(
      silenceSchema.parse({
        id: "1",
        matchers: [{ name: "a", value: "b", isRegex: false }],
        startsAt: ALERT.startsAt,
        endsAt: ALERT.endsAt,
        updatedAt: ALERT.updatedAt,
        createdBy: "a",
        comment: "b",
        status: { state: "active" },
      }),
    );
    expect(silence.matchers).toEqual([{ name: "a", value: "b", isRegex: false, isEqual: true }]);
  });

  test.each([
    ["global:\n  resolve_timeout: 1h30m\n", 90 * MINUTE],
    ['global:\n  resolve_timeout: "10m"\n', 10 * MINUTE],
    ["route:\n  receiver: x\n", 5 * MINUTE],
    ["global:\n  resolve_timeout: 1y\n", 5 * MINUTE],
  ])("reads the resolve timeout of %j", (original, expected) => {
    const status = toStatus(statusSchema.parse({ ...JSON.parse(STATUS), config: { original } }));
    expect(status.resolveTimeout).toBe(expected);
  });

  test("counts peers without the server itself", () => {
    const cluster = {
      name: "A",
      status: "ready",
      peers: [
        { name: "A", address: "" },
        { name: "B", address: "" },
      ],
    };
    const status = toStatus(statusSchema.parse({ ...JSON.parse(STATUS), cluster }));
    expect(status.peers).toBe(1);
    expect(status.meshNames).toEqual(["A", "B"]);
  });

  test("an answer that is not API v2 is an error that names the place", async () => {
    const broken = JSON.stringify([ALERT, { ...ALERT, startsAt: "soon" }]);
    const url = await serveAnswers(
      new Map([
        ["status", STATUS],
        ["alerts", broken],
      ]),
    );
    await expect(clientOf([url]).alerts()).rejects.toThrow(/not its API v2 \(1\.startsAt: is not a time\)/);
  });

  test("a login page is an error, not an empty list", async () => {
    const url = await serveAnswers(new Map([["silences", "<html>please log in</html>"]]));
    await expect(clientOf([url]).silences()).rejects.toThrow(/login page/);
  });
});

const folder = sharedData("alertmanager-recordings");
const versions = folder === null ? [] : readdirSync(folder).sort();

describe.skipIf(folder === null)("recorded answers", () => {
  test.each(versions)("of Alertmanager %s are read", async (version) => {
    const read = (...path: string[]) => readFileSync(join(folder ?? "", version, "api/v2", ...path), "utf8");
    const hasStatus = readdirSync(join(folder ?? "", version, "api/v2")).includes("status");
    const url = await serveAnswers(
      new Map([
        ["status", hasStatus ? read("status") : STATUS],
        ["silences", read("silences")],
        ["alerts/groups", read("alerts", "groups")],
      ]),
    );
    const client = clientOf([url]);
    const groups = await client.groups();
    const alerts = groups.flatMap((group) => group.alerts);
    expect(alerts.length).toBeGreaterThan(10);
    expect(alerts.map((alert) => fingerprint(alert.labels))).toEqual(alerts.map((alert) => alert.fingerprint));
    expect(new Set(alerts.map((alert) => alert.state))).toEqual(new Set(["active", "suppressed"]));
    expect(alerts.every((alert) => alert.receivers.length > 0)).toBe(true);
    const silences = await client.silences();
    expect(silences.length).toBeGreaterThan(2);
    expect(silences.every((silence) => silence.matchers.every((matcher) => matcher.isEqual))).toBe(true);
    expect((await client.status()).resolveTimeout).toBe(5 * MINUTE);
    if (hasStatus) {
      expect((await client.status()).version).toContain(version);
    }
  });
});

const karma = sharedData("alerts", "karma-2316-alerts.json.gz");

test.skipIf(karma === null)("2,316 recorded alerts have the identities that we compute", () => {
  const text = gunzipSync(readFileSync(karma ?? "")).toString("utf8");
  const alerts = z.array(alertSchema).parse(JSON.parse(text));
  expect(alerts).toHaveLength(2316);
  expect(new Set(alerts.map((alert) => fingerprint(alert.labels))).size).toBe(1079);
  expect(alerts.map((alert) => fingerprint(alert.labels))).toEqual(alerts.map((alert) => alert.fingerprint));
});
