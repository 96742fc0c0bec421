import { pino } from "pino";
import type { Alert } from "../../../src/alert/alert.ts";
import type { Anomaly } from "../../../src/alert/anomaly.ts";
import { createEmbeddedAlertmanager } from "../../../src/alertmanager/embedded/embedded.ts";
import { configSchema } from "../../../src/config/schema.ts";
import { storageNames, toEvent, transferStream } from "../../../src/demo/transfers/generator.ts";
import { createCurrentState } from "../../../src/status/current-state.ts";
import { endOf } from "../../../src/transfers/model/transfer.ts";
import { createElasticsearchSource } from "../../../src/transfers/rucio/elasticsearch.ts";
import type { IndexOptions } from "../../../src/transfers/rucio/http.ts";
import { createTransferService, type TransferService } from "../../../src/transfers/service/service.ts";
import { ticket } from "../alerts/samples.ts";
import { START } from "../model/samples.ts";
import { elasticsearchStandIn, type StoredDocument } from "../rucio/stand-in.ts";
import { memoryStore } from "./memory.ts";

export const [A = "", B = ""] = storageNames(12);
const FAULT = { from: START + 1500, until: START + 2600, link: `${A} → ${B}`, slower: 10 };

/** All events of the story, as an index holds them: written when they end. */
export const EVENTS = events(START + 4200);

function events(until: number): StoredDocument[] {
  const found: StoredDocument[] = [];
  for (const transfer of transferStream({ seed: 4, start: START, rate: 2, sites: 12, faults: [FAULT] })) {
    const at = 1000 * endOf(transfer);
    if (at > 1000 * until) {
      return found;
    }
    found.push({ id: `e${found.length}`, at, source: { data: toEvent(transfer), metadata: { timestamp: at } } });
  }
  return found;
}

/** A service over a stand-in of Elasticsearch, moved on by hand. */
export async function transferWorld() {
  const server = await elasticsearchStandIn("elasticsearch", "8.13.4");
  const anomalies: Anomaly[] = [];
  const memory = memoryStore(anomalies);
  const posted: Alert[] = [];
  const services: TransferService[] = [];
  const current = createCurrentState(60_000);
  let now = new Date(1000 * START);
  const clock = () => now;
  const alertmanager = createEmbeddedAlertmanager({ clock });
  const world = {
    server,
    anomalies,
    posted,
    ...memory,
    clock,
    current,
    refusing: false,
    source: () => current.sources().find(({ name }) => name === "rucio"),
    /** A service on what the store has; the one before need not have been stopped. */
    open(train: { readonly every?: string } = {}): TransferService {
      const { transfers: config } = configSchema.parse({
        transfers: {
          elasticsearch: { url: server.url, pageSize: 500 },
          train: { minimum: 1000, transfers: 3000, ...train },
        },
      });
      current.tickets.set([ticket({ cmsSite: A.replace(/_Disk|_Tape/, "") })], now);
      const service = createTransferService({
        config,
        source: createElasticsearchSource(config.elasticsearch as IndexOptions, { pause: async () => {}, tries: 1 }),
        every: 60_000,
        store: memory.store,
        sink: {
          async push(alerts) {
            if (world.refusing) {
              throw new Error("connection refused");
            }
            posted.push(...alerts);
            await alertmanager.post(alerts);
            return alerts;
          },
        },
        current,
        fitSequences: () => Promise.reject(new Error("not asked for")),
        baseUrl: null,
        clock,
        log: pino({ level: "silent" }),
      });
      services.push(service);
      return service;
    },
    /** Lets the time pass: the index gets what has ended by then, and the service looks. */
    async until(service: TransferService, seconds: number): Promise<void> {
      now = new Date(1000 * (START + seconds));
      const known = server.documents.length;
      server.documents.push(...EVENTS.slice(known).filter(({ at }) => at <= now.getTime()));
      await service.loop.runNow();
    },
    async close(): Promise<void> {
      await Promise.all(services.map((service) => service.stop()));
      await server.close();
    },
  };
  return world;
}
