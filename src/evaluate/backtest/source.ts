import { basename } from "node:path";
import { UserError } from "../../alert/user-error.ts";
import type { Config } from "../../config/schema.ts";
import { type Frame, NOMINAL_STEP } from "../../detect/frame.ts";
import { readFrame } from "../../files/frame-csv.ts";
import { findPairs } from "../../files/pairs.ts";
import { createPrometheusClient } from "../../prometheus/client.ts";
import type { MetricSource } from "../../prometheus/source.ts";
import type { Tried } from "./entities.ts";
import type { BacktestOptions } from "./report.ts";

/** The configured metrics server. @throws UserError where metrics are simulated */
export function openSource(config: Config): MetricSource {
  const { url } = config.prometheus;
  if (url === "simulated") {
    const hint = "name its address, or give --train with --test, or --pairs";
    throw new UserError("is `simulated`: there is no past to ask for", "prometheus.url", hint);
  }
  return createPrometheusClient({ ...config.prometheus, url, tries: TRIES });
}

const TRIES = 4;

/** History and range of each entity that the files hold. @throws UserError for files that cannot be read or are missing */
export async function* framesFromFiles(options: BacktestOptions): AsyncGenerator<Tried> {
  const { pairs, train, test, service } = options;
  if (pairs !== undefined) {
    for (const pair of await findPairs(pairs)) {
      yield tried(pair.name, service ?? pair.name, await readFrame(pair.train), await readFrame(pair.test));
    }
    return;
  }
  if (train === undefined || test === undefined) {
    const missing = train === undefined ? "--train" : "--test";
    throw new UserError("is missing", missing, "give history by --train and the range by --test");
  }
  const name = basename(test).replace(/(\.test)?\.csv(\.gz)?$/, "");
  yield tried(name, service ?? name, await readFrame(train), await readFrame(test));
}

function tried(entity: string, service: string, history: Frame, range: Frame): Tried {
  const columns = history.metrics.map((metric) => range.metrics.indexOf(metric));
  if (columns.every((column) => column < 0)) {
    throw new UserError("no metric of the history is a column of the range", entity, "give files of one entity");
  }
  const size = history.metrics.length;
  const values = new Float64Array(range.rows * size).fill(Number.NaN);
  for (let row = 0; row < range.rows; row++) {
    columns.forEach((column, at) => {
      if (column >= 0) {
        values[row * size + at] = range.values[row * range.metrics.length + column] as number;
      }
    });
  }
  const timed = history.times !== null && range.times !== null;
  const steps = (rows: number, from: number) =>
    Float64Array.from({ length: rows }, (_, row) => (from + row) * NOMINAL_STEP);
  return {
    entity,
    service,
    history: timed ? history : { ...history, times: steps(history.rows, 0) },
    stretch: {
      metrics: history.metrics,
      rows: range.rows,
      values,
      times: timed ? range.times : steps(range.rows, history.rows),
    },
  };
}
