import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openStore } from "../../src/store/open.ts";
import { feedback, minute, model } from "../store/samples.ts";
import { cmswatch } from "./run.ts";

let folder: string;
const environment = () => ({ USER: "ada", CMSWATCH_STORE_URL: join(folder, "data") });
const models = (...words: string[]) =>
  cmswatch(["models", ...words, "--config", join(folder, "config.yaml")], { environment: environment() });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "cmswatch-models-"));
  await writeFile(join(folder, "config.yaml"), "detect:\n  detectors: [aefc]\n");
  const store = await openStore({ url: join(folder, "data") });
  await store.models.save(model("old", { active: false, note: "the first of its kind" }));
  await store.models.save(model("new", { active: true, trainedAt: minute(60), note: "live, not worse" }));
  const scope = { service: "dbs", entity: "dbs", metrics: ["cpu"], kind: "point", hour: null, strength: 3 };
  await store.feedback.save(feedback("f1", { kind: "not-anomaly", subject: "e1", details: { scopes: [scope] } }));
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

  it("shows one live version, and refuses a model of a detector that is not configured", async () => {
    const store = await openStore({ url: join(folder, "data") });
    await store.models.save(model("other", { detector: "kmeans", active: true, trainedAt: minute(90) }));
    await store.close();
    const { out } = await models("list", "--active", "--json");
    expect(JSON.parse(out)).toMatchObject([{ id: "old" }]);
    const { err, code } = await models("activate", "other");
    expect([err, code]).toEqual([expect.stringMatching(/detect.detectors.*detector kmeans.*asks for aefc/), 2]);
    expect(JSON.parse((await models("list", "--active", "--json")).out)).toMatchObject([{ id: "old" }]);
  });

  it("says what taking back a remedy that helped means", async () => {
    const store = await openStore({ url: join(folder, "data") });
    await store.feedback.save(feedback("f2", { kind: "helped", subject: "s1" }));
    await store.close();
    const { out } = await models("revoke", "f2");
    expect(out).toContain('the "helped" of');
    expect(out).not.toContain("alert again");
  });

  it("goes back to the version that was live before, past those that were refused", async () => {
    const store = await openStore({ url: join(folder, "data") });
    const ofTransfers = (id: string, given: object) =>
      model(id, { entity: "transfers", detector: "shrinkage", ...given });
    await store.models.save(ofTransfers("t1", { active: false, note: "the first of its kind" }));
    await store.models.save(
      ofTransfers("t2", { active: false, trainedAt: minute(20), note: "not live, worse: RMSLE" }),
    );
    await store.models.save(ofTransfers("t3", { active: true, trainedAt: minute(40), note: "live, not worse" }));
    await store.close();
    expect((await models("rollback", "transfers")).out).toContain("version t1 is live for transfers");
    const { out } = await models("list", "--entity", "transfers", "--active", "--json");
    expect(JSON.parse(out)).toMatchObject([{ id: "t1" }]);
    const { err, code } = await models("rollback", "transfers");
    expect([err, code]).toEqual([expect.stringMatching(/no earlier version of "transfers" was live.*models list/), 2]);
  });

  it("lists what people called ordinary with its scope, and takes it back", async () => {
    expect((await models("feedback")).out).toContain("dbs: cpu; point; up to 3 times the threshold");
    expect((await models("revoke", "f1")).out).toContain("such events alert again");
    expect((await models("revoke", "f1")).out).toContain("revoked already");
    expect((await models("feedback")).out).toBe("no feedback\n");
    expect((await models("feedback", "--all")).out).toMatch(/revoked \d{4}-/);
    expect((await models("revoke", "nothing")).code).toBe(2);
  });

  it("refuses an unknown id", async () => {
    const { err, code } = await models("activate", "nothing");
    expect({ err, code }).toMatchObject({ err: expect.stringContaining('there is no model "nothing"'), code: 2 });
  });
}, 60_000);
