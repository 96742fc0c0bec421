import { setTimeout as wait } from "node:timers/promises";
import type { Logger } from "pino";
import type { AlertSink } from "../../alert/alert-sink.ts";
import type { Clock } from "../../alert/clock.ts";
import type { Config } from "../../config/schema.ts";
import type { CurrentState } from "../../status/current-state.ts";
import type { Store } from "../../store/store.ts";
import type { FitSequences } from "../model/models.ts";
import { createElasticsearchSource } from "../rucio/elasticsearch.ts";
import type { EventSource } from "../rucio/source.ts";
import { createTransferService, type TransferService } from "./service.ts";

export interface TransferStart {
  /** Where events come from instead of Elasticsearch: the demo's simulated Rucio. */
  readonly source?: EventSource | undefined;
  readonly config: Config["transfers"];
  readonly current: CurrentState;
  readonly store: Store;
  readonly sink: AlertSink;
  readonly fitSequences: (seed: number) => FitSequences;
  readonly baseUrl: string | null;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * The watching of transfers, not started; null where no source is configured.
 * @throws UserError for certificates that cannot be read
 */
export function openTransfers({ config, fitSequences, source, ...shared }: TransferStart): TransferService | null {
  if (config.elasticsearch === undefined) {
    return null;
  }
  return createTransferService({
    ...shared,
    config,
    source: source ?? createElasticsearchSource(config.elasticsearch, { pause }),
    every: config.elasticsearch.every,
    fitSequences: fitSequences(config.train.seed),
  });
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await wait(milliseconds, undefined, { signal });
}
