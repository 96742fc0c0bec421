import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect } from "vitest";
import { openStore } from "../../src/store/open.ts";

/** Writes in a child process, kills it (SIGKILL) after `writes` acknowledged writes; gives the last acknowledged number. */
async function writeAndKill(url: string, first: number, writes: number): Promise<number> {
  const child = spawn(process.execPath, ["--import", "tsx", join(import.meta.dirname, "writer.ts"), url, `${first}`], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  let last = first - 1;
  for await (const line of createInterface({ input: child.stdout })) {
    if (/^\d+$/.test(line)) {
      last = Number(line);
    }
    if (last >= first + writes - 1) {
      child.kill("SIGKILL");
    }
  }
  const [, signal] = await ended;
  expect(signal).toBe("SIGKILL");
  return last;
}

/** Kills a writer once per entry of `rounds`, each after that many acknowledged writes, and finds all of them after each. */
export async function loseNothing(url: string, rounds: readonly number[]): Promise<void> {
  let next = 0;
  for (const writes of rounds) {
    next = (await writeAndKill(url, next, writes)) + 1;
    const store = await openStore({ url });
    const states = await store.states.list<{ number: number }>("written:");
    const open = new Set((await store.tickets.open("ggus")).map(({ ticket }) => ticket.id));
    await store.close();
    const missing = Array.from({ length: next }, (_, number) => number).filter(
      (number) => states.get(`written:${number}`)?.number !== number || !open.has(`w${number}`),
    );
    expect(missing).toEqual([]);
  }
}
