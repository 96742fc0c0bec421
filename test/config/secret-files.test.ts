import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { stringify } from "yaml";
import { loadConfig, secretFilePaths } from "../../src/config/load.ts";

const folder = mkdtempSync(join(tmpdir(), "cmswatch-secrets-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
writeFileSync(join(folder, "secret"), "from-the-file-0123456789\n");

/** A configuration with one value at the path; `*` is an item of a list. */
function at(path: readonly string[], value: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) {
    return value;
  }
  const inner = rest.length === 0 ? value : at(rest, value);
  return key === "*" ? [inner] : { [key]: inner };
}

test("the documented File keys are those of the schema", () => {
  const keys = new Set(secretFilePaths().map((path) => path.join(".")));
  for (const key of ["slack.botTokenFile", "transfers.elasticsearch.apiKeyFile", "web.tokens.*.tokenFile"]) {
    expect([...keys]).toContain(key);
  }
});

test.each(secretFilePaths().map((path) => [path.join("."), path] as const))("%s is read", (name, path) => {
  const file = join(folder, `${name}.yaml`);
  writeFileSync(file, stringify(at(path, "not-there")));
  expect(() => loadConfig(file, {})).toThrow(/names .*not-there, which cannot be read/);
  writeFileSync(file, stringify(at(path, "secret")));
  let read = "";
  try {
    read = JSON.stringify(loadConfig(file, {}));
  } catch (error) {
    // Some need other keys beside them: the secret itself was read.
    expect(String(error)).not.toContain("cannot be read");
    return;
  }
  expect(read).toContain("from-the-file-0123456789");
});
