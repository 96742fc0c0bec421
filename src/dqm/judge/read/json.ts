import { parseJson } from "../../../alert/json.ts";
import { own } from "../../../alert/own.ts";
import { checkHistogram, type RawHistogram, type RecordResult } from "./record.ts";

/** Longest JSON text of one histogram, in characters. */
const MAX_OBJECT = 4_000_000;
const [BACKSLASH, QUOTE, OPEN, CLOSE] = [0x5c, 0x22, 0x7b, 0x7d];

/** What was wrong with a JSON text as a whole. */
export class JsonTextError extends Error {
  override readonly name = "JsonTextError";
}

/**
 * The objects of a JSON text one by one, in bounded memory: of one array or of newline-delimited JSON.
 * @throws JsonTextError when one object is too long, or the text ends inside one
 */
export async function* jsonObjects(blocks: AsyncIterable<string>): AsyncGenerator<string> {
  let depth = 0;
  let text = false;
  let escaped = false;
  let kept = "";
  for await (const block of blocks) {
    let from = 0;
    for (let at = 0; at < block.length; at++) {
      const sign = block.charCodeAt(at);
      if (text) {
        if (escaped) {
          escaped = false;
        } else if (sign === BACKSLASH) {
          escaped = true;
        } else if (sign === QUOTE) {
          text = false;
        }
      } else if (sign === QUOTE) {
        text = true;
      } else if (sign === OPEN) {
        from = depth === 0 ? at : from;
        depth++;
      } else if (sign === CLOSE) {
        depth--;
        if (depth === 0) {
          yield kept + block.slice(from, at + 1);
          kept = "";
        }
      }
    }
    kept += depth > 0 ? block.slice(from) : "";
    if (kept.length > MAX_OBJECT) {
      throw new JsonTextError(`one object is longer than ${MAX_OBJECT} characters: give one object per histogram`);
    }
  }
  if (depth !== 0 || text) {
    throw new JsonTextError("the text ends inside an object: it was cut off");
  }
}

/** Reads one JSON object: `{run, lumi, name, counts: […], entries?, xmin?, xmax?, xbins?}`; the CSV columns' names do too. */
export function histogramOfJson(text: string, labels: readonly string[] = []): RecordResult {
  let value: Record<string, unknown>;
  try {
    value = parseJson(text) as typeof value;
  } catch {
    return { ok: false, reason: `"${text.slice(0, 40)}" is not JSON` };
  }
  return checkHistogram(rawOf(value, labels));
}

function rawOf(value: Readonly<Record<string, unknown>>, labels: readonly string[]): RawHistogram {
  const first = (...names: readonly string[]) => names.map((name) => own(value, name)).find((one) => one !== undefined);
  const counts = first("counts", "histo", "bins", "data");
  return {
    run: first("run", "fromrun"),
    lumi: first("lumi", "lumisection", "ls", "fromlumi"),
    name: first("name", "hname", "histogram"),
    counts: Array.isArray(counts) ? counts : null,
    entries: first("entries"),
    min: first("xmin"),
    max: first("xmax"),
    bins: first("xbins"),
    labels: new Map(labels.map((label) => [label, own(value, label)])),
  };
}
