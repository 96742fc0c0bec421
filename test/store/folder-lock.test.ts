import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { lockFolder } from "../../src/store/folder-lock.ts";

describe("a folder's lock", () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "cmswatch-lock-"));
    file = join(folder, "cmswatch.lock");
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const hold = (holder: object) => writeFileSync(file, JSON.stringify(holder));
  const age = (seconds: number) => {
    const then = new Date(Date.now() - seconds * 1000);
    utimesSync(file, then, then);
  };

  it("is given once, and again after release", () => {
    const release = lockFolder(folder);
    expect(() => lockFolder(folder)).toThrow(/in use by process/);
    release();
    lockFolder(folder)();
    expect(readdirSync(folder)).toEqual([]);
  });

  it("is taken over from a process that is dead", () => {
    const dead = spawnSync(process.execPath, ["-e", "0"]).pid;
    hold({ pid: dead, host: hostname(), started: null });
    lockFolder(folder)();
  });

  it("is taken over from an earlier process that had our number (a container's first process always has 1)", () => {
    hold({ pid: process.pid, host: hostname(), started: "another boot 1" });
    lockFolder(folder)();
  });

  it("is taken over when the holder's number now belongs to a process that started later", () => {
    hold({ pid: process.ppid, host: hostname(), started: "another boot 1" });
    lockFolder(folder)();
  });

  it("is left to a living process, with its number in the message", () => {
    hold({ pid: process.ppid, host: hostname(), started: null });
    expect(() => lockFolder(folder)).toThrow(`process ${process.ppid}`);
  });

  it("is left to another machine for half a minute after its last sign of life", () => {
    hold({ pid: 1, host: "elsewhere", started: null });
    expect(() => lockFolder(folder)).toThrow("process 1 on elsewhere");
    age(31);
    lockFolder(folder)();
  });

  it("is taken over half a minute after it was cut short while being written", () => {
    writeFileSync(file, '{"pi');
    expect(() => lockFolder(folder)).toThrow("another process");
    age(31);
    lockFolder(folder)();
  });

  it("is not taken over while another process is taking it over", () => {
    hold({ pid: process.pid, host: hostname(), started: "another boot 1" });
    mkdirSync(`${file}.recovery`);
    expect(() => lockFolder(folder)).toThrow(/in use/);
    expect(existsSync(file)).toBe(true);
  });

  it("says which file cannot be written", () => {
    const notFolder = join(folder, "file");
    writeFileSync(notFolder, "");
    expect(() => lockFolder(notFolder)).toThrow();
  });
});
