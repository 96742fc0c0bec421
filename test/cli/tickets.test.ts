import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runTickets as run } from "./tickets-run.ts";

const HEADER = "Ticket-ID;Status;Last Update;Subject";
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "cmswatch-tickets-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe("cmswatch tickets parse", () => {
  it("prints a JSON list, complains about bad rows and ends with 1", async () => {
    const path = file(
      "mixed.csv",
      `${HEADER};Type;VO;Site;Priority;Resp. Unit;Scope\n1;assigned;2021-03-04;x;USER;cms;A;urgent;B;WLCG\n2;x\n`,
    );
    const { out, err, code } = await run("parse", "ggus", path);
    expect(JSON.parse(out)).toMatchObject([{ TicketID: 1, Status: "assigned", LastUpdate: "1614816000" }]);
    expect(err).toBe(`${path}:3: has 2 cells instead of 10 (ticket 2, left out)\n`);
    expect(code).toBe(1);
  });

  it("ends with 0 when nothing is wrong, also for an empty export", async () => {
    const path = file("empty.json", '{"results":[{"statement_id":0}]}');
    expect(await run("parse", "ssb", path, "--json")).toEqual({ out: "[]\n", err: "", code: 0 });
  });

  it("reads gzipped files, and formats by the file's name or as told", async () => {
    const xml = "<tickets><ticket><Ticket-ID>5</Ticket-ID></ticket></tickets>";
    const named = await run("parse", "ggus", file("a.xml.gz", gzipSync(xml)));
    const told = await run("parse", "ggus", file("plain", xml), "--format", "xml");
    expect(JSON.parse(named.out)).toMatchObject([{ TicketID: 5 }]);
    expect(told).toEqual(named);
  });

  it.each([
    [["parse", "ggus", "/nowhere/x.csv"], "/nowhere/x.csv: cannot be read (ENOENT)"],
    [["parse", "ggus", tmpdir()], "is a folder"],
    [["parse", "remedy", "x.csv"], 'there is no system "remedy"'],
    [["parse", "ssb", "x.json", "--format", "csv"], 'SSB has no format "csv"'],
    [["parse", "ssb", "x.json", "--max-bytes", "much"], '"much" is not a number of bytes'],
  ])("ends with 2 and one line for %j", async (words, message) => {
    const { out, err, code } = await run(...words);
    expect(out).toBe("");
    expect(err).toContain(message);
    expect(err.trim().split("\n")).toHaveLength(1);
    expect(code).toBe(2);
  });

  it("refuses a broken gzip and one that unpacks to more than is allowed", async () => {
    const bomb = gzipSync(Buffer.concat([Buffer.from(`${HEADER}\n`), Buffer.alloc(4_000_000, "1;2\n")]));
    expect(await run("parse", "ggus", file("bomb.csv.gz", bomb), "--max-bytes", "1000000")).toMatchObject({
      code: 2,
      out: "",
    });
    const cut = await run("parse", "ggus", file("cut.csv.gz", bomb.subarray(0, 200)));
    expect(cut).toMatchObject({ code: 2 });
    expect(cut.err).toContain("cannot be read");
  });
});
