import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTicketSource } from "../../src/tickets/source.ts";
import { requireSystem } from "../../src/tickets/systems.ts";
import { SETTINGS, testTools } from "./fetch/server.ts";

const CASES = new URL("./cases/", import.meta.url);
const expected = JSON.parse(readFileSync(new URL("expected.json", CASES), "utf8")) as Record<
  string,
  { readonly tickets?: readonly number[]; readonly error?: true }
>;
const HEADER = "Ticket-ID;Type;VO;Site;Priority;Resp. Unit;Status;Last Update;Subject;Scope\n";
const row = (id: number) => `${id};USER;cms;A;urgent;B;assigned;2021-03-04;subject ${id};WLCG\n`;
const JIRA = JSON.stringify({
  startAt: 0,
  total: 1,
  issues: [
    { key: "CMS-1", fields: { summary: "x", status: { name: "Open" }, created: "2024-01-01T00:00:00.000+0000" } },
  ],
});
const XML = `<?xml version="1.0"?>\n<tickets>\n${[1, 2]
  .map((id) => `<ticket><Ticket-ID>${id}</Ticket-ID><Status>assigned</Status></ticket>\n`)
  .join("")}</tickets>\n`;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "cmswatch-whole-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function fetchFile(system: string, file: string) {
  return createTicketSource(requireSystem(system), { ...SETTINGS, url: undefined, file }, testTools()).fetch(new Map());
}

function fetchText(system: string, name: string, text: string) {
  const file = join(folder, name);
  writeFileSync(file, text);
  return fetchFile(system, file);
}

describe("a file is whole only if its format says so", () => {
  it.each(Object.entries(expected))("%s", async (name, { tickets, error }) => {
    const result = await fetchFile("ggus", new URL(name, CASES).pathname);
    if (error === true) {
      expect(result).toMatchObject({ complete: false, tickets: [] });
    } else {
      expect(result.tickets.map(({ id }) => Number(id))).toEqual(tickets);
      expect(result.problems).toEqual([]);
      expect(result.complete).toBe(true);
    }
  });

  it("a table cut anywhere but at a line end is not complete", async () => {
    const whole = HEADER + row(5) + row(6);
    for (let length = 0; length < whole.length; length++) {
      const isLineEnd = whole[length - 1] === "\n";
      const result = await fetchText("ggus", "cut.csv", whole.slice(0, length));
      expect([length, result.complete]).toEqual([length, isLineEnd]);
    }
    expect((await fetchText("ggus", "cut.csv", whole)).complete).toBe(true);
  });

  it.each([
    ["ggus", "cut.xml", XML],
    ["jira", "cut.json", JIRA],
  ])("%s: %s cut anywhere is not complete", async (system, name, whole) => {
    expect((await fetchText(system, name, whole)).complete).toBe(true);
    for (let length = 0; length < whole.trimEnd().length; length += 7) {
      expect([length, (await fetchText(system, name, whole.slice(0, length))).complete]).toEqual([length, false]);
    }
  });
});
