import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { UserError } from "../../alert/user-error.ts";
import type { Config } from "../../config/schema.ts";
import { createHttpGet, type HttpGet } from "../../tickets/fetch/http.ts";
import { processTools } from "../../tickets/sources.ts";
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

/** Files of a folder, each again when its size or time changes; oldest first. */
export function folderSource(folder: string): DqmSource {
  const known = new Map<string, string>();
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
      return found
        .filter(({ path, mark }) => known.get(path) !== mark)
        .map(({ path, mark }) => {
          const notes = newNotes();
          return {
            where: path,
            notes,
            histograms: readHistograms(path, { notes }),
            done: () => void known.set(path, mark),
          };
        });
    },
  };
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
          : [{ path, time: found.mtimeMs, mark: `${found.size} ${found.mtimeMs}` }];
      }),
  );
  return files
    .flat()
    .sort((a, b) => a.time - b.time)
    .slice(-MOST_FILES);
}

/** One address, asked for what has changed since (ETag, Last-Modified). */
export function addressSource(url: string, get: HttpGet): DqmSource {
  let known: { readonly etag: string | null; readonly lastModified: string | null } | null = null;
  const open = (bytes: AsyncIterable<Uint8Array>, notes: ReadNotes) => {
    const where = new URL(url).pathname;
    const raw = Readable.from(bytes);
    return histogramsOf(where.endsWith(".gz") ? unpacked(raw) : raw, where, { notes });
  };
  return {
    async *read() {
      const { bytes } = await get(url, {});
      yield* bytes === null ? [] : open(bytes, newNotes());
    },
    forget: () => {
      known = null;
    },
    async changed() {
      const answer = await get(url, {
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
          where: url.split("?")[0] ?? url,
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
  const settings = { authorization, tls, timeout, maxBytes, usesCertificate: true };
  return addressSource(url, createHttpGet(settings, processTools(process.env, clock), clock));
}
