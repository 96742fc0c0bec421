import { pino } from "pino";
import { afterAll, describe, expect, it } from "vitest";
import type { Frame } from "../../../src/detect/frame.ts";
import type { TrainingJob } from "../../../src/main/detection/training.ts";
import { createThreadTrainer } from "../../../src/main/training/thread-trainer.ts";

const trainer = createThreadTrainer({ backend: "wasm" }, pino({ level: "silent" }));
afterAll(() => trainer.stop());

function wave(rows: number): Frame {
  return {
    metrics: ["cpu", "memory"],
    rows,
    values: Float64Array.from({ length: rows * 2 }, (_, i) => Math.sin(i / 20) + (i % 7) / 10),
    times: Float64Array.from({ length: rows }, (_, row) => row * 15),
  };
}

const job = (detector: string, frame: Frame): TrainingJob => ({
  entity: "dbs",
  detector,
  frame,
  options: { seed: 1, epochs: 2, threshold: { risk: 1e-4, open: 3, of: 5, close: 0.6 } },
});
const quiet = () => {};
const never = new AbortController().signal;

describe("the training thread", () => {
  it("trains a unit that scores here", async () => {
    const { unit, bytes } = await trainer.train(job("mahalanobis", wave(600)), quiet, never);
    expect(unit).toMatchObject({ detector: "mahalanobis", metrics: ["cpu", "memory"], threshold: { open: 3 } });
    expect(bytes.length).toBeGreaterThan(100);
  });

  it("tells how far a network is, and gives the same one for the same seed", async () => {
    const epochs: number[] = [];
    const first = await trainer.train(job("aefc", wave(400)), ({ epoch }) => epochs.push(epoch), never);
    const second = await trainer.train(job("aefc", wave(400)), quiet, never);
    expect(epochs.length).toBeGreaterThan(0);
    expect(second.unit.version).toBe(first.unit.version);
  });

  it("fails with the reason, and goes on with the next job", async () => {
    await expect(trainer.train(job("aefc", wave(10)), quiet, never)).rejects.toThrow(/rows/);
    await expect(trainer.train(job("nothing", wave(600)), quiet, never)).rejects.toThrow('no detector "nothing"');
    await expect(trainer.train(job("mahalanobis", wave(600)), quiet, never)).resolves.toBeDefined();
  });

  it("fails what is under way when it is stopped, and starts again for a new job", async () => {
    const underWay = expect(trainer.train(job("aefc", wave(3000)), quiet, never)).rejects.toThrow(
      "the training thread ended",
    );
    await trainer.stop();
    await underWay;
    await expect(trainer.train(job("mahalanobis", wave(600)), quiet, never)).resolves.toBeDefined();
  });
});
