import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { equals } from "../../src/alert/matcher.ts";
import { SILENCE_MARK } from "../../src/alert/silence.ts";
import { createEmbeddedAlertmanager, type EmbeddedAlertmanager } from "../../src/alertmanager/embedded/embedded.ts";
import type { AlertmanagerCluster } from "../../src/alertmanager/several/cluster.ts";
import { clientOf } from "./clients.ts";
import { alert } from "./contract.ts";
import { type ServedEmbedded, serveEmbedded } from "./serve-embedded.ts";
import { createTestMemory } from "./sync-fixtures.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** An embedded Alertmanager on a port of its own that can go away and come back. */
interface Station {
  readonly embedded: EmbeddedAlertmanager;
  readonly url: string;
  down(): Promise<void>;
  up(): Promise<void>;
}

let now: number;
const clock = () => new Date(now);
const at = (offset: number) => new Date(now + offset);
let first: Station;
let second: Station;
let client: AlertmanagerCluster;

async function startStation(): Promise<Station> {
  const embedded = createEmbeddedAlertmanager({ clock });
  let served: ServedEmbedded | null = await serveEmbedded(embedded, { clock });
  const { url } = served;
  return {
    embedded,
    url,
    async down() {
      await served?.close();
      served = null;
    },
    async up() {
      served ??= await serveEmbedded(embedded, { clock, port: Number(new URL(url).port) });
    },
  };
}

beforeEach(async () => {
  now = Date.parse("2026-01-01T12:00:00Z");
  first = await startStation();
  second = await startStation();
  client = clientOf([first.url, second.url], { clock });
});
afterEach(async () => {
  await first.down();
  await second.down();
});

test("one that is dead is not back because nothing was to be sent to it", async () => {
  const said: string[] = [];
  const log = { info: (_: unknown, text: string) => void said.push(text), warn: () => {} };
  const alone = clientOf([first.url], { clock, log: log as never });
  await first.down();
  await expect(alone.post([firing("A")])).rejects.toThrow();
  for (let minute = 0; minute < 3; minute++) {
    now += MINUTE;
    expect(await alone.catchUp()).toMatchObject([{ fault: expect.any(String) }]);
  }
  expect(said).toEqual([]);
  await first.up();
  now += MINUTE;
  expect(await alone.catchUp()).toMatchObject([{ degradedSince: null, fault: null }]);
  expect(said).toEqual(["Alertmanager is back"]);
});

const names = async (station: Station) =>
  (await station.embedded.alerts()).map((one) => one.labels["alertname"] ?? "").sort();
const firing = (alertname: string) => alert({ alertname }, { startsAt: at(0), endsAt: at(10 * HOUR) });
const ended = (alertname: string) => alert({ alertname }, { startsAt: at(-HOUR), endsAt: at(-1000) });

describe("alerts to several Alertmanagers", () => {
  test("reach all of them", async () => {
    await client.post([firing("x")]);
    expect([await names(first), await names(second)]).toEqual([["x"], ["x"]]);
  });

  test("are accepted when one is away, which is reported and gets all it missed, resolutions too", async () => {
    await client.post([firing("gone"), firing("stays")]);
    await second.down();
    await client.post([ended("gone"), firing("new")]);
    expect(client.health()).toMatchObject([
      { address: first.url, degradedSince: null, missed: 0 },
      { address: second.url, degradedSince: at(0), missed: 2 },
    ]);
    expect(client.health()[1]?.fault).toContain("ECONNREFUSED");
    await second.up();
    now += 30_000;
    await client.post([firing("latest")]);
    expect(await names(second)).toEqual(["latest", "new", "stays"]);
    expect(await names(first)).toEqual(["latest", "new", "stays"]);
    expect(client.health()[1]).toMatchObject({ degradedSince: null, fault: null, missed: 0 });
  });

  test("are caught up without waiting for the next post", async () => {
    await second.down();
    await client.post([firing("x")]);
    await second.up();
    expect(await client.catchUp()).toMatchObject([{ missed: 0 }, { degradedSince: null, missed: 0 }]);
    expect(await names(second)).toEqual(["x"]);
  });

  test("that would have timed out meanwhile are not brought up again", async () => {
    await second.down();
    await client.post([alert({ alertname: "once" }, { startsAt: at(0) })]);
    now += 6 * MINUTE;
    await second.up();
    await client.catchUp();
    expect(await names(second)).toEqual([]);
  });

  test("do not try one that is away at every post", async () => {
    await second.down();
    await client.post([firing("x")]);
    await second.up();
    await client.post([firing("y")]);
    expect(await names(second)).toEqual([]);
    now += 5000;
    await client.post([firing("z")]);
    expect(await names(second)).toEqual(["x", "y", "z"]);
  });

  test("fail when none accepts, and nothing is sent behind the caller's back later", async () => {
    await first.down();
    await second.down();
    await expect(client.post([firing("x")])).rejects.toThrow("ECONNREFUSED");
    await first.up();
    await second.up();
    await client.catchUp();
    expect(await names(first)).toEqual([]);
    await client.post([firing("y")]);
    expect([await names(first), await names(second)]).toEqual([["y"], ["y"]]);
  });

  test("that ended while one was away and cmswatch was restarted end there too", async () => {
    const { states } = createTestMemory();
    const start = () => clientOf([first.url, second.url], { clock, states });
    client = start();
    await client.post([firing("gone"), firing("stays")]);
    await second.down();
    now += 1000;
    await client.post([ended("gone")]);
    client = start();
    await second.up();
    await client.post([firing("stays")]);
    expect(await names(second)).toEqual(["stays"]);
    expect(states.values.size).toBe(0);
  });

  test("keep their order when several posts are under way", async () => {
    await Promise.all([client.post([firing("x")]), client.post([ended("x")]), client.post([firing("y")])]);
    expect(await names(first)).toEqual(["y"]);
  });
});

describe("lists of several Alertmanagers", () => {
  test("come from the first that answers", async () => {
    await first.embedded.post([firing("here")]);
    await second.embedded.post([firing("there")]);
    expect((await client.alerts()).map((one) => one.labels["alertname"])).toEqual(["here"]);
    await first.down();
    expect((await client.alerts()).map((one) => one.labels["alertname"])).toEqual(["there"]);
    await second.down();
    await expect(client.alerts()).rejects.toThrow("ECONNREFUSED");
  });

  test("do not come from one that has just returned while another knows more", async () => {
    await first.down();
    await client.post([firing("x")]);
    await first.up();
    await client.catchUp();
    await second.embedded.post([firing("others")]);
    expect((await client.alerts()).map((one) => one.labels["alertname"]).sort()).toEqual(["others", "x"]);
  });

  test("can come from all, duplicates merged", async () => {
    const all = clientOf([first.url, second.url], { clock, read: "all" });
    await all.post([firing("both")]);
    await second.embedded.post([firing("there")]);
    const listed = async () => (await all.alerts()).map((one) => one.labels["alertname"] ?? "").sort();
    expect(await listed()).toEqual(["both", "there"]);
    expect((await all.groups()).map((group) => group.alerts.length)).toEqual([1, 1]);
    await first.down();
    expect(await listed()).toEqual(["both", "there"]);
  });
});

describe("silences in several Alertmanagers that know nothing of each other", () => {
  const request = (endsAt = at(HOUR)) => ({
    matchers: [equals("alertname", "x")],
    startsAt: at(0),
    endsAt,
    createdBy: "me",
    comment: `upgrade ${SILENCE_MARK}`,
  });
  const states = async (station: Station) => (await station.embedded.silences()).map((one) => one.state);

  test("are made and ended in all, and shown as one", async () => {
    const id = await client.putSilence(request());
    expect([await states(first), await states(second)]).toEqual([["active"], ["active"]]);
    expect((await client.silences()).map((one) => one.id)).toEqual([id]);
    now += 1000;
    await client.expireSilence(id);
    expect([await states(first), await states(second)]).toEqual([["expired"], ["expired"]]);
  });

  test("are extended in all", async () => {
    const id = await client.putSilence(request());
    expect(await client.putSilence({ ...request(at(5 * HOUR)), id })).toBe(id);
    for (const station of [first, second]) {
      expect((await station.embedded.silences()).map((one) => one.endsAt)).toEqual([at(5 * HOUR)]);
    }
  });

  test("keep their id when the one that gave it is away", async () => {
    const id = await client.putSilence(request());
    await first.down();
    expect((await client.silences()).map((one) => one.id)).toEqual([id]);
    await client.expireSilence(id);
    expect(await states(second)).toEqual(["expired"]);
  });

  test("reach one that was away when it returns; those ended meanwhile end there too", async () => {
    const ends = await client.putSilence(request());
    now += 1000;
    await second.down();
    await client.expireSilence(ends);
    now += 1000;
    const made = { ...request(), matchers: [equals("alertname", "y")] };
    await client.putSilence(made);
    await client.silences();
    await second.up();
    now += 60_000;
    await client.post([firing("z")]);
    const held = await second.embedded.silences();
    expect(held.map((one) => [one.matchers[0]?.value, one.state])).toEqual([
      ["y", "active"],
      ["x", "expired"],
    ]);
  });

  test("that one missed before cmswatch was started reach it with the first post", async () => {
    await second.down();
    await client.putSilence(request());
    await second.up();
    await clientOf([first.url, second.url], { clock }).post([firing("z")]);
    expect(await states(second)).toEqual(["active"]);
  });

  test("that people made elsewhere are never copied or ended", async () => {
    await second.embedded.putSilence({ ...request(), comment: "by hand" });
    await first.down();
    await client.silences();
    await first.up();
    await client.catchUp();
    expect(await states(first)).toEqual([]);
    expect(await states(second)).toEqual(["active"]);
  });
});
