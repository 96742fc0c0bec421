import { mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { configSchema } from "../../../src/config/schema.ts";
import { type ChangedInput, configuredSource, folderSource } from "../../../src/dqm/service/source.ts";

const row = (lumi: number) => `${JSON.stringify({ run: 1, lumi, name: "x", counts: [1, 2] })}\n`;
const clock = () => new Date("2026-03-01T10:00:00Z");

async function lumisOf(inputs: readonly ChangedInput[]): Promise<readonly number[]> {
  const found: number[] = [];
  for (const input of inputs) {
    for await (const { lumi } of input.histograms) {
      found.push(lumi);
    }
    input.done();
  }
  return found;
}

describe("a folder", () => {
  let folder: string;
  const write = async (name: string, text: string, second: number) => {
    await writeFile(join(folder, name), text);
    await utimes(join(folder, name), second, second);
  };
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "dqm-source-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test("gives files oldest first, and again when they have changed", async () => {
    const source = folderSource(folder);
    await write("b.jsonl", row(1), 1000);
    await write("a.jsonl", row(2), 2000);
    await write("readme.txt", "not ours", 1000);
    expect(await lumisOf(await source.changed())).toEqual([1, 2]);
    expect(await source.changed()).toEqual([]);
    await write("b.jsonl", row(1) + row(3), 3000);
    expect(await lumisOf(await source.changed())).toEqual([3]);
    await write("b.jsonl", row(1) + row(4), 4000);
    expect(await lumisOf(await source.changed())).toEqual([1, 4]);
    await write("b.jsonl", row(1) + row(3), 5000);
    source.forget();
    expect(await lumisOf(await source.changed())).toEqual([2, 1, 3]);
  });

  test("only the lines that were added are read of a CSV file, a cut line when it is whole", async () => {
    const source = folderSource(folder);
    await lumisOf(await source.changed());
    const header = "run,lumi,hname,bin_0,bin_1\n";
    await write("c.csv", `${header}1,1,x,1,2\n`, 6000);
    expect(await lumisOf(await source.changed())).toEqual([1]);
    await write("c.csv", `${header}1,1,x,1,2\n1,2,x,3,4\n1,3,x,5`, 7000);
    expect(await lumisOf(await source.changed())).toEqual([2]);
    await write("c.csv", `${header}1,1,x,1,2\n1,2,x,3,4\n1,3,x,5,6\n`, 8000);
    expect(await lumisOf(await source.changed())).toEqual([1, 2, 3]);
    await rm(join(folder, "c.csv"));
    expect(await source.changed()).toEqual([]);
  });

  test("a file that was not read whole comes again", async () => {
    const source = folderSource(folder);
    expect((await source.changed()).length).toBe((await source.changed()).length);
  });

  test("a folder that is not there is an error, not an empty one", async () => {
    await expect(folderSource(join(folder, "no")).changed()).rejects.toThrow(/cannot be read/);
  });
});

describe("an address", () => {
  let server: Server;
  let url: string;
  let status = 200;
  beforeAll(async () => {
    server = createServer((request, response) => {
      if (request.headers["if-none-match"] === '"v1"') {
        response.writeHead(304).end();
      } else {
        response.writeHead(status, { etag: '"v1"' }).end(gzipSync(row(7)));
      }
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/new.jsonl.gz`;
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  test("is asked only for what has changed; an error is one", async () => {
    const config = configSchema.parse({ dqm: { url } }).dqm;
    const source = configuredSource(config, clock);
    expect(await lumisOf((await source?.changed()) ?? [])).toEqual([7]);
    expect(await source?.changed()).toEqual([]);
    source?.forget();
    status = 500;
    await expect(source?.changed()).rejects.toThrow(/500/);
  });

  test("without folder and address there is no source", () => {
    expect(configuredSource(configSchema.parse({}).dqm, clock)).toBeNull();
  });
});
