import { HttpFault } from "../../http/fault.ts";
import type { StreamGet } from "../../http/stream-get.ts";
import type { Collection } from "../collect.ts";
import { collect } from "../collect.ts";
import type { Parsed } from "../problem.ts";
import type { Download, Downloaded, SourceTools } from "../system.ts";
import { showAddress } from "./http.ts";
import { UNASKED } from "./json.ts";
import { fetchWithRetries } from "./retry.ts";

/** One answer that holds all tickets of a source. */
export interface WholeAnswer {
  readonly get: StreamGet;
  /** Address of the next fetch. */
  readonly url: () => string;
  readonly accept: string;
  readonly parse: (bytes: AsyncIterable<Uint8Array>, where: string) => AsyncIterable<Parsed>;
  readonly repeats: boolean;
}

/**
 * Fetches a source that answers with everything at once. When the server marks its answers (ETag, Last-Modified) it is
 * asked only for what changed since; what it gave before is kept in memory for that.
 */
export function createWholeDownload({ get, url, accept, parse, repeats }: WholeAnswer, tools: SourceTools): Download {
  let last: {
    readonly address: string;
    readonly marks: Record<string, string>;
    readonly collection: Collection;
  } | null = null;
  const download = async (): Promise<Downloaded> => {
    const address = url();
    const where = showAddress(address);
    const before = last?.address === address ? last : null;
    const answer = await get(address, { Accept: accept, ...before?.marks });
    if (answer.bytes === null) {
      if (before === null) {
        throw new HttpFault({ kind: "refused", status: 304, said: UNASKED, retryAfter: null }, where);
      }
      return { collection: before.collection, reason: null };
    }
    const collection = await collect(parse(answer.bytes, where), where, repeats);
    const marks = {
      ...(answer.etag === null ? {} : { "If-None-Match": answer.etag }),
      ...(answer.lastModified === null ? {} : { "If-Modified-Since": answer.lastModified }),
    };
    last = collection.isWhole && Object.keys(marks).length > 0 ? { address, marks, collection } : null;
    return { collection, reason: null };
  };
  return () => fetchWithRetries(download, tools);
}
