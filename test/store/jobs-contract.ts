import { afterAll, beforeAll, expect, it } from "vitest";
import { type Jobs, openJobs } from "../../src/store/jobs.ts";
import type { OpenedStore } from "../../src/store/open.ts";

const PATIENCE = { timeout: 20_000, interval: 100 };

/** What the job queue must do. @param open gives a store of one replica; PGlite has only one */
export function jobsContract(open: () => Promise<OpenedStore>, replicas: number): void {
  const stores: OpenedStore[] = [];
  const queues: Jobs[] = [];
  beforeAll(async () => {
    for (let replica = 0; replica < replicas; replica++) {
      stores.push(await open());
    }
    queues.push(...(await Promise.all(stores.map((store) => openJobs(store, { poll: 0.5 })))));
  });
  afterAll(async () => {
    await Promise.all(queues.map((jobs) => jobs.stop()));
    await Promise.all(stores.map((store) => store.close()));
  });

  it("gives each job to one replica", async () => {
    const done: number[] = [];
    for (const jobs of queues) {
      await jobs.work<{ n: number }>("score", async ({ n }) => void done.push(n));
    }
    const numbers = Array.from({ length: 4 }, (_, n) => n);
    await Promise.all(numbers.map((n) => queues[n % replicas]?.send("score", { n }, `unit-${n}`)));
    await expect.poll(() => done.toSorted(), PATIENCE).toEqual(numbers);
  });

  it("takes no second job of a key while one waits", async () => {
    const [jobs] = queues;
    expect(await jobs?.send("train", {}, "dbs")).toBe(true);
    expect(await jobs?.send("train", {}, "dbs")).toBe(false);
    expect(await jobs?.send("train", {}, "das")).toBe(true);
  });

  it("tries a job again that failed", async () => {
    let tries = 0;
    await queues[0]?.work("fails-once", async () => {
      tries++;
      if (tries === 1) {
        throw new Error("first time");
      }
    });
    await queues[0]?.send("fails-once", {});
    await expect.poll(() => tries, PATIENCE).toBe(2);
  });

  it("makes queues though all replicas make the same ones at once", async () => {
    const names = ["one", "two", "three", "four"];
    await Promise.all(queues.flatMap((jobs) => names.map((name) => jobs.send(name, {}))));
    const made = await stores[0]?.sql("select name from cmswatch_jobs.queue");
    expect(made?.rows.map(({ name }) => name)).toEqual(expect.arrayContaining(names));
  });

  it("keeps one schedule however many replicas ask for it", async () => {
    await Promise.all(queues.map((jobs) => jobs.schedule("sync", "*/5 * * * *")));
    const schedules = await stores[0]?.sql("select name, cron from cmswatch_jobs.schedule");
    expect(schedules?.rows).toEqual([{ name: "sync", cron: "*/5 * * * *" }]);
  });
}
