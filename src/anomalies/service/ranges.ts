import type { Logger } from "pino";
import type { EntitySpec } from "../../config/entities.ts";
import type { Config } from "../../config/schema.ts";
import type { Frame } from "../../detect/frame.ts";
import { fetchFrames, type RangeSource } from "../life/frames.ts";

/** What came before the history of models, in coarser steps. */
export interface EarlierRows {
  /** By entity; empty where nothing is asked for or nothing came. */
  readonly frames: ReadonlyMap<string, Frame>;
  /** A sentence for the model's note where they could not be read, else null. */
  readonly remark: string | null;
}

const NOTHING: EarlierRows = { frames: new Map(), remark: null };

/**
 * Asks for the time before `until` from which ordinary ranges are learnt. Models do not need it: what cannot be read is said in
 * the log and on the model, and learnt at the next training.
 */
export async function fetchEarlier(
  { source, ranges, log }: { source: RangeSource; ranges: Config["detect"]["train"]["ranges"]; log: Logger },
  spec: EntitySpec,
  { to, until }: { readonly to: Date; readonly until: Date },
  signal: AbortSignal,
): Promise<EarlierRows> {
  const { history, step } = ranges;
  const end = Math.floor(until.getTime() / step) * step;
  const begin = Math.ceil((to.getTime() - history) / step) * step;
  if (begin >= end) {
    return NOTHING;
  }
  try {
    return { frames: await fetchFrames(source, spec, new Date(begin), new Date(end), step, signal), remark: null };
  } catch (error) {
    signal.throwIfAborted();
    const reason = (error as Error).message;
    log.warn({ entity: spec.name, reason }, "ordinary ranges are learnt from the models' history alone");
    return { ...NOTHING, remark: `ranges by hour only from the model's own history (${reason})` };
  }
}
