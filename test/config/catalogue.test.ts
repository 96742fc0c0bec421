import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { loadCatalogue } from "../../src/config/catalogue.ts";

const folder = mkdtempSync(join(tmpdir(), "cmswatch-catalogue-"));
afterAll(() => rmSync(folder, { recursive: true }));

function load(text: string) {
  const path = join(folder, "services.yaml");
  writeFileSync(path, text);
  return loadCatalogue(path);
}

describe("the built-in catalogue", () => {
  const catalogue = loadCatalogue(null);

  it("holds CMSWEB's two dozen services, found by name or alias in any case", () => {
    expect(catalogue.services).toHaveLength(24);
    expect(catalogue.find("APACHE")?.name).toBe("frontend");
    expect(catalogue.find("nothing")).toBeNull();
  });

  it("knows who depends on a service, directly or through others", () => {
    expect(catalogue.dependents("dbs").map(({ name }) => name)).toContain("das");
    expect(catalogue.dependents("tfaas")).toEqual([]);
    expect(catalogue.dependents("frontend").map(({ name }) => name)).toContain("das");
  });
});

describe("a catalogue file", () => {
  it("refuses a name used twice", () => {
    expect(() => load("services:\n- {name: a, namespace: x}\n- {name: b, namespace: x, aliases: [A]}\n")).toThrow(
      '"a" names both a and b',
    );
  });

  it("refuses a dependency on a service that is not there", () => {
    expect(() => load("services:\n- {name: a, namespace: x, dependsOn: [z]}\n")).toThrow('a depends on "z"');
  });

  it("names the line of a wrong key", () => {
    expect(() => load("services:\n- name: a\n  namespace: x\n  owner: me\n")).toThrow(/services\.yaml:\d+: .*owner/);
  });

  it("survives services that depend on each other", () => {
    const catalogue = load(
      "services:\n- {name: a, namespace: x, dependsOn: [b]}\n- {name: b, namespace: x, dependsOn: [a]}\n",
    );
    expect(
      catalogue
        .dependents("a")
        .map(({ name }) => name)
        .sort(),
    ).toEqual(["a", "b"]);
  });
});
