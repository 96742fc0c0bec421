import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Alert } from "../../../src/alert/alert.ts";
import type { Anomaly } from "../../../src/alert/anomaly.ts";
import { createEmbeddedAlertmanager } from "../../../src/alertmanager/embedded/embedded.ts";
import { configSchema } from "../../../src/config/schema.ts";
import { storageNames, toEvent, transferStream } from "../../../src/demo/transfers/generator.ts";
import { endOf } from "../../../src/detect/transfers/transfer.ts";
import { createCurrentState } from "../../../src/intelligence/current-state.ts";
import { createTransferService, type TransferService } from "../../../src/main/transfers/service.ts";
import { createElasticsearchSource } from "../../../src/rucio/elasticsearch.ts";
import type { IndexOptions } from "../../../src/rucio/http.ts";
import type { StateRepository } from "../../../src/store/store.ts";
import { START } from "../../detect/transfers/samples.ts";
import { ticket } from "../../intelligence/transfers/samples.ts";
import { elasticsearchStandIn, type StandIn } from "../../rucio/stand-in.ts";

const [A = "", B = ""] = storageNames(12);
const FAULT = { from: START + 1500, until: START + 2600, link: `${A} → ${B}`, slower: 10 };

/** All events of the story, as an index holds them: written when they end. */
const EVENTS = events(START + 4200);

function events(until: number) {
  const found = [];
  for (const transfer of transferStream({ seed: 4, start: START, rate: 2, sites: 12, faults: [FAULT] })) {
    const at = 1000 * endOf(transfer);
    if (at > 1000 * until) {
      return found;
    }
    found.push({ id: `e${found.length}`, at, source: { data: toEvent(transfer), metadata: { timestamp: at } } });
  }
  return found;
}

function memoryStates(): StateRepository {
  const kept = new Map<string, string>();
  return {
    get: async <T>(key: string) => (kept.has(key) ? (JSON.parse(kept.get(key) as string) as T) : null),
    put: async (key, value) => void kept.set(key, JSON.stringify(value)),
    list: async () => new Map(),
    remove: async (key) => void kept.delete(key),
  };
}

let server: StandIn;
let now = new Date(1000 * START);
let states: StateRepository;
let anomalies: Anomaly[];
let posted: Alert[];
let refusing = false;
let services: TransferService[];

beforeEach(async () => {
  server = await elasticsearchStandIn("elasticsearch", "8.13.4");
  states = memoryStates();
  anomalies = [];
  posted = [];
  services = [];
  refusing = false;
});
afterEach(async () => {
  await Promise.all(services.map((service) => service.stop()));
  await server.close();
});

const clock = () => now;
const alertmanager = createEmbeddedAlertmanager({ clock });
const current = createCurrentState(60_000);

function open(): TransferService {
  const { transfers: config } = configSchema.parse({
    transfers: { elasticsearch: { url: server.url, pageSize: 500 }, train: { minimum: 1000, transfers: 3000 } },
  });
  current.tickets.set([ticket({ cmsSite: A.replace(/_Disk|_Tape/, "") })], now);
  const service = createTransferService({
    config,
    source: createElasticsearchSource(config.elasticsearch as IndexOptions, { pause: async () => {}, tries: 1 }),
    every: 60_000,
    store: { states, anomalies: { save: async (saved: readonly Anomaly[]) => void anomalies.push(...saved) } as never },
    alertmanager: {
      post: async (alerts) => {
        if (refusing) {
          throw new Error("connection refused");
        }
        posted.push(...alerts);
        return alertmanager.post(alerts);
      },
    },
    pipeline: { enrich: (alerts) => [...alerts] },
    current,
    fitSequences: () => Promise.reject(new Error("not asked for")),
    baseUrl: null,
    clock,
    log: pino({ level: "silent" }),
  });
  services.push(service);
  return service;
}

/** Lets the time pass: the index gets what has ended by then, and the service looks. */
async function until(service: TransferService, seconds: number): Promise<void> {
  now = new Date(1000 * (START + seconds));
  const known = server.documents.length;
  server.documents.push(...EVENTS.slice(known).filter(({ at }) => at <= now.getTime()));
  await service.loop.runNow();
}

const source = () => current.sources().find(({ name }) => name === "rucio");

describe("the watching of transfers", () => {
  it("learns, opens one alert for a slow link with the site's ticket, and closes it", { timeout: 60_000 }, async () => {
    const service = open();
    await until(service, 100);
    expect(service.overview()).toMatchObject({ state: "learning", open: [] });
    expect(source()?.because).toMatch(/learning: \d+ transfers are still missing/);
    await until(service, 1400);
    expect(service.overview().state).toBe("watching");
    for (const seconds of [1700, 2000, 2300, 2600]) {
      await until(service, seconds);
    }
    const [one, ...others] = service.overview().open;
    expect(others).toEqual([]);
    expect(one?.incident).toMatchObject({ problem: "slow", subject: { kind: "link", name: `${A} → ${B}` } });
    expect(one?.related).toHaveLength(1);
    expect(service.lines(A)[0]).toMatch(/times as long as usual/);
    for (const seconds of [3000, 3400, 3800, 4200]) {
      await until(service, seconds);
    }
    expect(service.overview()).toMatchObject({ open: [], closed: [{ because: "as usual again" }] });
    expect(new Set(posted.map(({ labels }) => JSON.stringify(labels))).size).toBe(1);
    expect(posted.at(-1)?.endsAt).not.toBeNull();
    expect(posted[0]?.annotations["related"]).toContain("ggus 123456");
    expect(anomalies).toMatchObject([{ detector: "transfers", service: "rucio", closedAt: expect.any(Date) }]);
    expect(service.overview().judged).toBeGreaterThan(4000);
  });

  it("goes on after a restart where it stopped, and counts nothing twice", { timeout: 60_000 }, async () => {
    const first = open();
    await until(first, 1400);
    await until(first, 1500);
    await first.stop();
    const second = open();
    await until(second, 1700);
    const expected = EVENTS.filter(({ at }) => at > 1000 * (START + 1500) && at <= 1000 * (START + 1700)).length;
    expect(second.overview()).toMatchObject({ state: "watching", cleaned: {} });
    expect(second.overview().judged).toBe(expected);
  });

  it("takes a failing source for what it is, and alerts that wait for Alertmanager are not lost", {
    timeout: 60_000,
  }, async () => {
    const service = open();
    await until(service, 1400);
    await until(service, 2300);
    expect(service.overview().open).toHaveLength(1);
    server.faults.push(...Array(20).fill({ status: 503, body: { error: "no master" } }));
    await until(service, 30_000);
    expect(source()).toMatchObject({ state: "down" });
    expect(service.overview().open).toHaveLength(1);
    server.faults.length = 0;
    refusing = true;
    posted.length = 0;
    await until(service, 30_060);
    expect(service.overview().open).toEqual([]);
    refusing = false;
    await service.loop.runNow();
    expect(posted.map(({ endsAt }) => endsAt !== null)).toEqual([true]);
    expect(source()).toMatchObject({ state: "ok" });
  });
});
