import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { systemClock } from "../../src/alert/clock.ts";
import { createTicketSource } from "../../src/tickets/source.ts";
import { processTools } from "../../src/tickets/sources.ts";
import { requireSystem } from "../../src/tickets/systems.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "cmswatch-file-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("reads a file again when it was written to, not when it is as it was, and says when it is gone", async () => {
  const file = join(folder, "tickets.xml");
  const write = (...ids: readonly number[]) =>
    writeFileSync(
      file,
      `<tickets>${ids.map((id) => `<ticket><Ticket-ID>${id}</Ticket-ID></ticket>`).join("")}</tickets>`,
    );
  const source = createTicketSource(
    requireSystem("ggus"),
    { file, timeout: 1000, maxBytes: 1_000_000 },
    processTools({}, systemClock),
  );
  const fetch = async () => source.fetch(new Map());
  write(1, 2);
  const first = await fetch();
  const again = await fetch();
  expect(first.tickets.map(({ id }) => id)).toEqual(["1", "2"]);
  expect(again.tickets).toBe(first.tickets);
  write(1, 3);
  expect((await fetch()).tickets.map(({ id }) => id)).toEqual(["1", "3"]);
  rmSync(file);
  expect(await fetch()).toMatchObject({ complete: false, tickets: [] });
  write(1, 3);
  expect((await fetch()).complete).toBe(true);
});
