import { once } from "node:events";
import { createWriteStream, type WriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { finished } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { UserError } from "../alert/user-error.ts";

const CHUNK = 1 << 16;

/** A text file written line by line, gzipped when its name ends in .gz. Folders are made. */
export async function openOutput(path: string) {
  await mkdir(dirname(path), { recursive: true });
  const file: WriteStream = createWriteStream(path);
  const stream = path.endsWith(".gz") ? createGzip() : file;
  if (stream !== file) {
    stream.pipe(file);
  }
  const failed = new Promise<never>((_, reject) => {
    file.on("error", (error) =>
      reject(new UserError(`cannot be written (${error.message})`, path, "name a file in a folder you may write to")),
    );
  });
  failed.catch(() => {});
  let buffer = "";
  const flush = async () => {
    const wrote = stream.write(buffer);
    buffer = "";
    if (!wrote) {
      await Promise.race([once(stream, "drain"), failed]);
    }
  };
  return {
    line: async (text: string) => {
      buffer += `${text}\n`;
      if (buffer.length > CHUNK) {
        await flush();
      }
    },
    close: async () => {
      stream.end(buffer);
      await Promise.race([finished(file), failed]);
    },
  };
}

/** Eight significant digits: enough to rank by, and half the size. Not finite values are empty. */
export function number(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(8))) : "";
}

/** Quoted where CSV needs it. */
export function cell(text: string): string {
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
