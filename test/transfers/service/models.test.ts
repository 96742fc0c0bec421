import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createModelDesk } from "../../../src/operations/models.ts";
import type { TransferService } from "../../../src/transfers/service/service.ts";
import { START } from "../model/samples.ts";
import { EVENTS, transferWorld } from "./world.ts";

let world: Awaited<ReturnType<typeof transferWorld>>;

beforeEach(async () => {
  world = await transferWorld();
});
afterEach(() => world.close());

/** What people see, without how many were judged since the start; sums in another order differ in their last digits. */
function seen(service: TransferService): string {
  const { judged, cleaned, ...rest } = service.overview();
  return JSON.stringify(rest, (_, value) => (typeof value === "number" ? Number(value.toPrecision(10)) : value));
}

/** How far a stored checkpoint has come. */
function progressOf({ kept }: typeof world) {
  const { reading, history, teacher } = JSON.parse(kept.get("transfers:checkpoint") as string);
  return { newest: reading.newest, known: reading.known.length, history, learnt: teacher.scorer.learnt };
}

const live = () => world.models().find(({ active }) => active);

/** Reads every 200 s. */
async function readOn(service: TransferService, from: number, to: number, at = world): Promise<void> {
  for (let seconds = from; seconds <= to; seconds += 200) {
    await at.until(service, seconds);
  }
}

describe("a crash", () => {
  it("loses nothing: events since the last checkpoint are read again and come to the same", async () => {
    const other = await transferWorld();
    try {
      await readOn(world.open(), 1400, 2200);
      const [crashed, whole] = [world.open(), other.open()];
      await readOn(crashed, 2400, 2600);
      await readOn(whole, 1400, 2600, other);
      // The first service never stopped: its checkpoint is that of its training, or up to ten minutes old.
      expect(whole.overview().open).toHaveLength(1);
      expect(seen(crashed)).toEqual(seen(whole));
      await Promise.all([crashed.stop(), whole.stop()]);
      expect(progressOf(world)).toEqual(progressOf(other));
    } finally {
      await other.close();
    }
  });

  it("keeps what was collected before there was a model", async () => {
    await world.until(world.open(), 300);
    const missing = world.open();
    await readOn(missing, 300, 500);
    const collected = EVENTS.filter(({ at }) => at <= 1000 * (START + 500)).length;
    expect(Number(/\d+/.exec(missing.overview().note ?? "")?.[0])).toBeLessThan(1000 - 0.9 * collected);
  });
});

describe("a model that is due", () => {
  it("is trained beside the reading, judged on the newest transfers and kept with the reason", async () => {
    const service = world.open({ every: "10m" });
    await readOn(service, 1400, 1400);
    expect(live()).toMatchObject({ entity: "transfers", detector: "shrinkage", note: "the first of its kind" });
    const first = live()?.id;
    await readOn(service, 1600, 2200);
    await service.settled();
    const [challenger] = world.models();
    expect(challenger?.id).not.toBe(first);
    expect(challenger?.note).toMatch(/^trained because it was due; (?:live, not worse|not live, worse): .*RMSLE|loss/);
    expect(challenger?.figures["judged"]).toBeGreaterThan(100);
    expect(world.models().filter(({ active }) => active)).toHaveLength(1);
  });

  it("can be gone back from: the desk makes an older version live at once, and it stays so", async () => {
    const service = world.open({ every: "10m" });
    await readOn(service, 1400, 2200);
    await service.settled();
    const other = world.models().find(({ active }) => !active);
    const entries: unknown[] = [];
    const desk = createModelDesk({
      keeperOf: () => service.models,
      store: {
        models: world.store.models,
        audit: { append: async (entry: unknown) => void entries.push(entry) } as never,
      },
      clock: world.clock,
    });
    const answer = await desk.activate(other?.id ?? "", { name: "ada", via: "web" });
    expect(answer).toMatchObject({ ok: true, reason: expect.stringContaining("is live for transfers from now on") });
    expect(entries).toMatchObject([{ actor: "ada", action: "activate model", subject: "transfers" }]);
    expect(service.version()).toBe(other?.version);
    await readOn(service, 2400, 2600);
    expect(service.overview().open).toHaveLength(1);
    const next = world.open();
    await readOn(next, 2800, 2800);
    expect(next.version()).toBe(other?.version);
  });

  it("that another process made live is taken up within a minute; one that cannot be read is not", async () => {
    const service = world.open();
    await readOn(service, 1400, 1600);
    const first = live();
    await world.store.models.save({
      ...(first as NonNullable<typeof first>),
      id: "broken",
      version: "broken",
      bytes: new Uint8Array(3),
    });
    await readOn(service, 1800, 2000);
    expect(service.version()).toBe(first?.version);
    await world.store.models.save({ ...(first as NonNullable<typeof first>), id: "again", version: "again" });
    await readOn(service, 2200, 2200);
    expect(service.version()).toBe("again");
  });
});
