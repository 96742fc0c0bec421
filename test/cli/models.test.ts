import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openStore } from "../../src/store/open.ts";
import { minute, model } from "../store/samples.ts";
import { cmswatch } from "./run.ts";

let folder: string;
const environment = () => ({ USER: "ada", CMSWATCH_STORE_URL: join(folder, "data") });
const models = (...words: string[]) => cmswatch(["models", ...words], { environment: environment() });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "cmswatch-models-"));
  const store = await openStore({ url: join(folder, "data") });
  await store.models.save(model("old", { active: false, note: "the first of its kind" }));
  await store.models.save(model("new", { active: true, trainedAt: minute(60), note: "live, not worse" }));
  await store.close();
}, 60_000);
afterAll(() => rm(folder, { recursive: true }));

describe("cmswatch models", () => {
  it("lists versions with which is live, and why", async () => {
    const { out } = await models("list");
    expect(out).toMatch(/\* +dbs-1 +aefc +new .*live, not worse/);
    expect(out).toContain("the first of its kind");
    expect((await models("list", "--service", "das")).out).toBe("no model\n");
  });

  it("makes an older version live again, and records it", async () => {
    expect((await models("activate", "old")).out).toContain("version old is live for dbs-1");
    const { out } = await models("list", "--active", "--json");
    expect(JSON.parse(out)).toMatchObject([{ id: "old", note: expect.stringContaining("live by ada since") }]);
    expect((await models("activate", "old")).out).toContain("is live already");
  });

  it("refuses an unknown id", async () => {
    const { err, code } = await models("activate", "nothing");
    expect({ err, code }).toMatchObject({ err: expect.stringContaining('there is no model "nothing"'), code: 2 });
  });
}, 60_000);
