import { createReadStream } from "node:fs";
import { createGunzip } from "node:zlib";
import { z } from "zod";
import { UserError } from "../../alert/user-error.ts";
import { textLines } from "../../files/text-lines.ts";
import { parseEvent } from "../../intelligence/grouping/replay.ts";
import type { GroupingEvent } from "../../intelligence/grouping/types.ts";

const MAX_LINE = 1_000_000;
const MAX_EVENTS = 5_000_000;

/** Reads events from a file of JSON lines, plain or gzipped. @throws UserError naming the file, the line and what is wrong. */
export async function readEvents(file: string): Promise<readonly GroupingEvent[]> {
  const events: GroupingEvent[] = [];
  let number = 0;
  try {
    const bytes = createReadStream(file);
    const stream = file.endsWith(".gz") ? bytes.pipe(createGunzip()) : bytes;
    bytes.once("error", (error) => stream.destroy(error));
    for await (const lines of textLines(stream, MAX_LINE)) {
      for (const line of lines) {
        number += 1;
        if (line === null) {
          throw new UserError(`is longer than ${MAX_LINE} characters`, `${file}:${number}`, "write one event a line");
        }
        if (line.trim() !== "") {
          events.push(readLine(line, `${file}:${number}`));
        }
      }
      if (events.length > MAX_EVENTS) {
        throw new UserError(`holds more than ${MAX_EVENTS} events`, file, "split it");
      }
    }
  } catch (error) {
    if (error instanceof UserError) {
      throw error;
    }
    const code = (error as NodeJS.ErrnoException).code;
    throw new UserError(
      `cannot be read (${code ?? (error as Error).message})`,
      file,
      "check the path and that it is whole",
      { cause: error },
    );
  }
  return events;
}

function readLine(line: string, where: string): GroupingEvent {
  try {
    return parseEvent(line);
  } catch (error) {
    const issue = error instanceof z.ZodError ? error.issues[0] : undefined;
    const what = issue === undefined ? "is not JSON" : `\`${issue.path.join(".")}\`: ${issue.message}`;
    throw new UserError(what, where, "each line is one object {t, labels, annotations}", { cause: error });
  }
}
