import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { Address } from "../../alert/address.ts";
import { UserError } from "../../alert/user-error.ts";
import type { Config } from "../../config/schema.ts";
import { createStreamGet, type StreamGet } from "../../http/stream-get.ts";
import { certificatePlaces } from "../../http/x509.ts";
import { histogramsOf, newNotes, type ReadNotes, readHistograms } from "../files/histogram-files.ts";
import type { LumiHistogram } from "../judge/histogram.ts";

/** Something that has changed since the last look: its histograms, read as they are asked for. */
export interface ChangedInput {
  readonly where: string;
  readonly notes: ReadNotes;
  readonly histograms: AsyncIterable<LumiHistogram>;
  /** Call when all of it was read: it comes again otherwise. */
  done(): void;
}

/** Where histograms come from. */
export interface DqmSource {
  /** What is new or has changed since it was last read whole. @throws Error when the place cannot be looked at */
  changed(): Promise<readonly ChangedInput[]>;
  /** Everything comes again at the next look, e.g. for a new model. */
  forget(): void;
  /** All that one place (`where` of a change) has now, whether it has changed or not. */
  read(where: string): AsyncIterable<LumiHistogram>;
}

/** Files looked at; of more, the newest. */
const MOST_FILES = 1000;
const READABLE = /\.(csv|json|jsonl|ndjson)(\.gz)?$/i;

/** How much of a file was read, and by what it is known again. */
interface ReadFile {
  readonly mark: string;
  readonly size: number;
  /** The last bytes that were read; a file that grows still has them there. */
  readonly end: Buffer;
}

/** Files of a folder, each again when its size or time changes; oldest first. Of a file that lines were added to only these are read. */
export function folderSource(folder: string): DqmSource {
  const known = new Map<string, ReadFile>();
  return {
    forget: () => known.clear(),
    read: (path) => readHistograms(path, { notes: newNotes() }),
    async changed() {
      const found = await filesOf(folder);
      for (const path of known.keys()) {
        if (!found.some((file) => file.path === path)) {
          known.delete(path);
        }
      }
      const changed = found.filter(({ path, mark }) => known.get(path)?.mark !== mark);
      return Promise.all(changed.map((file) => changedFile(file, known)));
    },
  };
}

async function changedFile(
  { path, mark, size }: { readonly path: string; readonly mark: string; readonly size: number },
  known: Map<string, ReadFile>,
): Promise<ChangedInput> {
  const notes = newNotes();
  const before = known.get(path);
  const added = before !== undefined && (await hasGrown(path, before, size)) ? addedLines(path, before.size) : null;
  const end = await bytesBefore(path, size);
  return {
    where: path,
    notes,
    histograms: added === null ? readHistograms(path, { notes }) : histogramsOf(Readable.from(added), path, { notes }),
    done: () => void known.set(path, { mark, size, end }),
  };
}

const LINES = /\.(csv|jsonl|ndjson)$/i;
const END = 512;
const LONGEST_HEADER = 1_000_000;

/** True when whole lines were read before, and they are still there. */
async function hasGrown(path: string, before: ReadFile, size: number): Promise<boolean> {
  const endsALine = before.end.at(-1) === NEWLINE;
  return LINES.test(path) && endsALine && size > before.size && before.end.equals(await bytesBefore(path, before.size));
}

const NEWLINE = 0x0a;

async function bytesBefore(path: string, size: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  if (size > 0) {
    try {
      for await (const part of createReadStream(path, { start: Math.max(size - END, 0), end: size - 1 })) {
        parts.push(part as Buffer);
      }
    } catch {
      // Gone or unreadable by now: whoever reads it says so.
      return Buffer.alloc(0);
    }
  }
  return Buffer.concat(parts);
}

/** The header of a CSV file, and what came after the first `size` bytes. */
async function* addedLines(path: string, size: number): AsyncGenerator<Buffer> {
  if (/\.csv$/i.test(path)) {
    yield await firstLine(path);
  }
  yield* createReadStream(path, { start: size });
}

async function firstLine(path: string): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of createReadStream(path, { end: LONGEST_HEADER })) {
    const at = (part as Buffer).indexOf(NEWLINE);
    parts.push(at < 0 ? (part as Buffer) : (part as Buffer).subarray(0, at + 1));
    if (at >= 0) {
      break;
    }
  }
  return Buffer.concat(parts);
}

async function filesOf(folder: string) {
  const names = await readdir(folder).catch((cause: unknown) => {
    throw new UserError("cannot be read", folder, "check dqm.folder and its permissions", { cause });
  });
  const files = await Promise.all(
    names
      .filter((name) => READABLE.test(name))
      .map(async (name) => {
        const path = join(folder, name);
        const found = await stat(path).catch(() => null);
        return found === null || !found.isFile()
          ? []
          : [{ path, size: found.size, time: found.mtimeMs, mark: `${found.size} ${found.mtimeMs}` }];
      }),
  );
  return files
    .flat()
    .sort((a, b) => a.time - b.time)
    .slice(-MOST_FILES);
}

/** One address, asked for what has changed since (ETag, Last-Modified). */
export function addressSource(url: Address, get: StreamGet): DqmSource {
  let known: { readonly etag: string | null; readonly lastModified: string | null } | null = null;
  const open = (bytes: AsyncIterable<Uint8Array>, notes: ReadNotes) => {
    const where = url.pathname;
    const raw = Readable.from(bytes);
    return histogramsOf(where.endsWith(".gz") ? unpacked(raw) : raw, where, { notes });
  };
  return {
    async *read() {
      const { bytes } = await get(url.target(), {});
      yield* bytes === null ? [] : open(bytes, newNotes());
    },
    forget: () => {
      known = null;
    },
    async changed() {
      const answer = await get(url.target(), {
        ...(known?.etag ? { "If-None-Match": known.etag } : {}),
        ...(known?.lastModified ? { "If-Modified-Since": known.lastModified } : {}),
      });
      const { bytes, etag, lastModified } = answer;
      if (bytes === null) {
        return [];
      }
      const notes = newNotes();
      return [
        {
          where: url.toString(),
          notes,
          histograms: open(bytes, notes),
          done: () => {
            known = { etag, lastModified };
          },
        },
      ];
    },
  };
}

function unpacked(raw: Readable): Readable {
  const plain = createGunzip();
  raw.on("error", (error) => plain.destroy(error));
  return raw.pipe(plain);
}

/** The source that the configuration names; null without one. */
export function configuredSource(config: Config["dqm"], clock: () => Date): DqmSource | null {
  const { folder, url, token, tls, timeout, maxBytes } = config;
  if (folder !== undefined) {
    return folderSource(folder);
  }
  if (url === undefined) {
    return null;
  }
  const authorization = token === undefined ? undefined : `Bearer ${token}`;
  const address = Address.from(url);
  const grid = { ...certificatePlaces(process.env), usesDefault: true };
  const settings = { address, section: "dqm", authorization, tls, timeout, maxBytes, grid };
  return addressSource(address, createStreamGet(settings, clock));
}
