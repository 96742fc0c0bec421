import { createReadStream, createWriteStream, existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { UserError } from "../../alert/user-error.ts";
import { textLines } from "../../files/text-lines.ts";
import { fileName, JOINED, seriesPath } from "./files.ts";

const MAX_LINE = 10_000;
const LINES_AT_ONCE = 500;

/**
 * Joins the tables of each entity into one, a column per metric, rows from its first point to its last at every step.
 * A value that is missing is an empty cell. Only one row per table is held in memory.
 * @param step milliseconds
 * @returns how many tables were written
 */
export async function joinEntities(
  folder: string,
  entities: readonly string[],
  metrics: readonly string[],
  step: number,
): Promise<number> {
  mkdirSync(join(folder, JOINED), { recursive: true });
  let written = 0;
  for (const entity of entities) {
    const present = metrics.filter((metric) => existsSync(join(folder, seriesPath(metric, entity))));
    if (present.length > 0) {
      const target = join(folder, JOINED, `${fileName(entity)}.csv`);
      await pipeline(Readable.from(rows(folder, entity, present, step / 1000)), createWriteStream(target));
      written += 1;
    }
  }
  return written;
}

async function* rows(folder: string, entity: string, metrics: readonly string[], step: number): AsyncGenerator<string> {
  const readers = metrics.map((metric) => points(join(folder, seriesPath(metric, entity))));
  const heads = await Promise.all(readers.map(async (reader) => (await reader.next()).value ?? null));
  let lines = [`timestamp,${metrics.map(quote).join(",")}\n`];
  let time = Math.min(...heads.flatMap((head) => (head === null ? [] : [head.time])));
  while (heads.some((head) => head !== null)) {
    const cells = await Promise.all(
      heads.map(async (head, index) => {
        if (head === null || head.time > time + step / 2) {
          return "";
        }
        heads[index] = (await readers[index]?.next())?.value ?? null;
        return head.text === "NaN" ? "" : head.text;
      }),
    );
    lines.push(`${time},${cells.join(",")}\n`);
    time += step;
    if (lines.length >= LINES_AT_ONCE) {
      yield lines.join("");
      lines = [];
    }
  }
  yield lines.join("");
}

interface Point {
  readonly time: number;
  readonly text: string;
}

async function* points(path: string): AsyncGenerator<Point, undefined> {
  let isHeader = true;
  for await (const lines of textLines(createReadStream(path), MAX_LINE)) {
    for (const line of lines) {
      if (line === null) {
        throw new UserError(
          `has a line of more than ${MAX_LINE} characters`,
          path,
          "remove the file and collect it again",
        );
      }
      const at = line.indexOf(",");
      if (!isHeader && at > 0) {
        yield { time: Number(line.slice(0, at)), text: line.slice(at + 1) };
      }
      isHeader = false;
    }
  }
}

function quote(name: string): string {
  return /[",\n]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name;
}
