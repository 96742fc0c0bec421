import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { PassThrough } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { UserError } from "../alert/user-error.ts";

/**
 * Bytes of a file in pieces; a gzipped one (told by its first bytes, not its name) is unpacked on the way.
 * @param maxBytes largest size that is read, unpacked
 * @throws UserError when it cannot be read, is no regular file or pipe, is broken, or is larger.
 */
export async function* readFileBytes(path: string, maxBytes: number): AsyncGenerator<Uint8Array> {
  await checkReadable(path);
  let total = 0;
  try {
    for await (const chunk of await openUnpacked(path)) {
      total += chunk.length;
      if (total > maxBytes) {
        throw new UserError(`is larger than ${maxBytes} bytes`, path, "raise maxBytes if it really is an export");
      }
      yield chunk;
    }
  } catch (error) {
    throw error instanceof UserError ? error : unreadable(path, error);
  }
}

async function checkReadable(path: string): Promise<void> {
  const found = await stat(path).catch((error: unknown) => {
    throw unreadable(path, error);
  });
  if (found.isDirectory()) {
    throw new UserError("is a folder", path, "name a file in it");
  }
}

async function openUnpacked(path: string): Promise<AsyncIterable<Uint8Array>> {
  const file = createReadStream(path);
  const chunks = file[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  const first = await chunks.next();
  const all = (async function* () {
    for (let next = first; next.done !== true; next = await chunks.next()) {
      yield next.value;
    }
  })();
  if (first.done === true || first.value[0] !== 0x1f || first.value[1] !== 0x8b) {
    return all;
  }
  const unpacked = new PassThrough();
  pipeline(all, createGunzip(), unpacked).catch((error: unknown) => unpacked.destroy(error as Error));
  return unpacked as AsyncIterable<Uint8Array>;
}

function unreadable(path: string, error: unknown): UserError {
  const { code, message } = error as NodeJS.ErrnoException;
  return new UserError(`cannot be read (${code ?? message})`, path, "check the path, its permissions and the file", {
    cause: error,
  });
}
