import { afterEach, describe, expect, it } from "vitest";
import { UserError } from "../../src/alert/user-error.ts";
import { networkDetectors } from "../../src/detect/models/networks.ts";
import { createTrainer, type Trainer, type TrainerOptions } from "../../src/training/trainer.ts";
import { waves } from "../detect/models/network-frames.ts";

const strange = new URL("./strange-entry.ts", import.meta.url);
const frame = waves(300, 2);
let trainer: Trainer;

function open(options: TrainerOptions = {}): Trainer {
  trainer = createTrainer(options);
  return trainer;
}

afterEach(() => trainer.stop());

// Starting a thread from source compiles it first: seconds on a busy machine.
describe("the training thread", { timeout: 180_000 }, () => {
  it("fits a network away from this thread, tells of each epoch and of the backend, and leaves the frame usable", async () => {
    const epochs: number[] = [];
    const lines: string[] = [];
    open({ backend: "wasm", log: (message) => lines.push(message) });
    const options = { seed: 1, epochs: 2, onProgress: (p: { epoch: number }) => epochs.push(p.epoch) };
    const saved = await trainer.fit("aefc", frame, options);
    expect(epochs).toEqual([1, 2]);
    expect(lines).toEqual(["networks train on vector kernels"]);
    expect(frame.values).toHaveLength(600);
    const model = await networkDetectors.find((detector) => detector.name === "aefc")?.load(saved);
    expect(model?.scorer().push([10, 20], 0).score).toBeGreaterThan(0);
  });

  it("trains whole units, and passes a detector's complaint on as what it is", async () => {
    open({ backend: "wasm" });
    expect((await trainer.trainUnit("robust", frame, { seed: 1 })).length).toBeGreaterThan(100);
    await expect(trainer.fit("oracle", frame, { seed: 1 })).rejects.toBeInstanceOf(UserError);
    await expect(trainer.fit("aefc", waves(20, 2), { seed: 1 })).rejects.toThrow(/20 rows/);
  });

  it("stops the job that runs when its signal says so, and goes on with the next", async () => {
    open({ backend: "wasm" });
    const stop = new AbortController();
    const options = { seed: 1, epochs: 1000, signal: stop.signal, onProgress: () => stop.abort(new Error("enough")) };
    const first = trainer.fit("aecnn", frame, options);
    const second = trainer.fit("robust", frame, { seed: 1 });
    await expect(first).rejects.toThrow("enough");
    expect((await second).detector).toBe("robust");
  });

  it("says that it died, and starts again for the next job", async () => {
    const lines: unknown[] = [];
    open({ entry: strange, log: (message, fields) => lines.push([message, fields["why"]]) });
    const jobs = ["exits", "fine", "throws", "fine"].map((name) => trainer.fit(name, frame, { seed: 1 }));
    const outcomes = await Promise.allSettled(jobs);
    expect(outcomes.map((outcome) => outcome.status)).toEqual(["rejected", "fulfilled", "rejected", "fulfilled"]);
    expect(String((outcomes[0] as PromiseRejectedResult).reason)).toMatch(/died while it trained exits.*code 3/);
    expect(lines).toEqual([
      ["training thread died", "it exited with code 3"],
      ["training thread died", "out of everything"],
    ]);
  });

  it("drops a waiting job at its signal, and refuses one more than may wait", async () => {
    open({ entry: strange, most: 1 });
    const runs = new AbortController();
    const waits = new AbortController();
    const first = trainer.fit("waits", frame, { seed: 1, signal: runs.signal });
    const second = trainer.fit("fine", frame, { seed: 1, signal: waits.signal });
    await expect(trainer.fit("fine", frame, { seed: 1 })).rejects.toThrow(/1 trainings wait already/);
    expect(trainer.pending()).toBe(2);
    waits.abort(new Error("no longer needed"));
    await expect(second).rejects.toThrow("no longer needed");
    runs.abort(new Error("nor this"));
    await expect(first).rejects.toThrow("nor this");
    await expect(trainer.fit("fine", frame, { seed: 1, signal: runs.signal })).rejects.toThrow("nor this");
  });

  it("rejects what it had not trained when it is stopped, and everything after", async () => {
    open({ entry: strange });
    const jobs = ["waits", "fine"].map((name) => trainer.fit(name, frame, { seed: 1 }));
    const outcomes = Promise.allSettled(jobs);
    await trainer.stop();
    expect((await outcomes).map((outcome) => outcome.status)).toEqual(["rejected", "rejected"]);
    await expect(trainer.fit("fine", frame, { seed: 1 })).rejects.toThrow(/is stopped/);
  });
});
