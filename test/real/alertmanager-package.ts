import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

const KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";
const APT = "/usr/bin/apt-get";
const DPKG = "/usr/bin/dpkg";
const APT_TIMEOUT = 100_000;

/** A program from a newer Debian, or the reason why it cannot be had here. */
export type PackagedProgram = { readonly path: string } | { readonly missing: string };

/**
 * A program out of a package of Debian 13, unpacked into a cache folder and not installed: apt gets a source list and
 * lists of its own, so the system's are left alone.
 */
export function packagedProgram(packageName: string, program: string): PackagedProgram {
  const cache = process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache");
  const folder = join(cache, "cmswatch-tests", `${packageName}-trixie`);
  const path = join(folder, "usr/bin", program);
  if (existsSync(path)) {
    return { path };
  }
  if (!existsSync(KEYRING)) {
    return { missing: `${packageName} of Debian 13 is fetched only on Debian (no ${KEYRING})` };
  }
  try {
    fetchInto(folder, packageName);
    return existsSync(path) ? { path } : { missing: `${packageName} of Debian 13 has no ${program}` };
  } catch (error) {
    return { missing: `${packageName} of Debian 13 cannot be fetched: ${(error as Error).message.split("\n")[0]}` };
  }
}

function fetchInto(folder: string, packageName: string): void {
  mkdirSync(join(folder, ".."), { recursive: true });
  const work = mkdtempSync(`${folder}-`);
  try {
    const list = join(work, "sources.list");
    mkdirSync(join(work, "lists/partial"), { recursive: true });
    mkdirSync(join(work, "archives/partial"), { recursive: true });
    writeFileSync(list, `deb [signed-by=${KEYRING}] http://deb.debian.org/debian trixie main\n`);
    const options = [
      `Dir::Etc::sourcelist=${list}`,
      "Dir::Etc::sourceparts=-",
      `Dir::State::lists=${join(work, "lists")}`,
      `Dir::Cache=${work}`,
    ].flatMap((option) => ["-o", option]);
    const apt = (...words: string[]) =>
      execFileSync(APT, [...options, ...words], { cwd: work, timeout: APT_TIMEOUT, stdio: "pipe" });
    apt("update");
    apt("download", packageName);
    const archive = readdirSync(work).find((name) => name.endsWith(".deb"));
    if (archive === undefined) {
      throw new Error("apt-get download gave no package");
    }
    execFileSync(DPKG, ["-x", archive, "unpacked"], { cwd: work, timeout: APT_TIMEOUT });
    // Another test process may have been faster: its copy is as good.
    if (!existsSync(folder)) {
      renameSync(join(work, "unpacked"), folder);
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
