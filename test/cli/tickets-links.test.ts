import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openFolder } from "../../src/store/pglite.ts";
import { databaseTemplate } from "../store/memory-store.ts";
import { trackedTicket } from "../store/samples.ts";
import { cmswatch } from "./run.ts";

describe("cmswatch tickets links and unlink", () => {
  let folder: string;
  let config: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "cmswatch-links-"));
    config = join(folder, "cmswatch.yaml");
    writeFileSync(config, `alertmanager: embedded\nstore: { url: "${join(folder, "data")}" }\n`);
    const store = await openFolder(join(folder, "data"), await databaseTemplate());
    const told = (id: string, subject: string) => {
      const tracked = trackedTicket(id);
      return { ...tracked, ticket: { ...tracked.ticket, subject, description: "" } };
    };
    await store.tickets.save(
      [
        told("1001", "Transfers to CERN-PROD fail, storage does not answer"),
        told("1002", "CERN-PROD: storage does not answer, see GGUS 1001"),
        told("1003", "New member of the VO"),
      ],
      [],
    );
    await store.close();
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const tickets = (...words: readonly string[]) =>
    cmswatch(["tickets", ...words, "--config", config], { environment: { USER: "ada" } });
  const issues = async () => JSON.parse((await tickets("links", "--json")).out) as { tickets: string[] }[];

  it("show what belongs together and why; a wrong link is undone by a person, stays so, and can be taken back", async () => {
    const shown = await tickets("links");
    expect(shown.out).toMatch(/ggus\/1001.*\n.*ggus\/1002.*\n {2}because ggus\/100\d and ggus\/100\d: .*\n1 issues/s);
    expect((await tickets("unlink", "1001", "ggus/1002")).out).toBe(
      "ggus/1001 and ggus/1002 will not be linked again\n",
    );
    expect(await issues()).toEqual([]);
    expect((await tickets("unlink", "1002", "1001", "--again")).out).toContain("may be linked again");
    expect((await issues()).map(({ tickets: ids }) => ids.toSorted())).toEqual([["ggus/1001", "ggus/1002"]]);
  });

  it("name a ticket that is not known", async () => {
    const { err, code } = await tickets("unlink", "1001", "4711");
    expect([err, code]).toEqual([expect.stringContaining("4711"), 2]);
  });
});
