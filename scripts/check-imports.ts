/** Checks the imports of src/ against import-rules.ts: which folder imports which, circles (those of types too), folder sizes. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import { parseSync } from "oxc-parser";
import { IMPORT_RULES, IO_PACKAGES, KNOWN, MOST_FILES, PURE_FOLDERS } from "./import-rules.ts";

interface Problem {
  /** As it stands in KNOWN. */
  readonly key: string;
  readonly text: string;
}

type Imports = ReadonlyMap<string, readonly string[]>;

/** @param root the checkout @returns what breaks the rules, and known exceptions that are not needed any more */
export function checkImports(root: string): readonly Problem[] {
  const imports = readImports(root);
  const found = [...refusedImports(imports), ...circles(imports), ...fullFolders(imports)];
  const keys = new Set(found.map(({ key }) => key));
  const stale = KNOWN.filter((key) => !keys.has(key));
  return [
    ...found.filter(({ key }) => !KNOWN.includes(key)),
    ...stale.map((key) => ({ key, text: `scripts/import-rules.ts: the exception "${key}" is not needed any more` })),
  ];
}

/** Every TypeScript file of src/ with what it imports: files of src/ as paths from the root, packages by name. */
function readImports(root: string): Imports {
  const files = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
    .map((file) => `src/${file.replaceAll("\\", "/")}`)
    .filter((file) => /\.tsx?$/.test(file) && !/\/browser\/|\.d\.ts$/.test(file));
  return new Map(files.sort().map((file) => [file, importsOf(file, readFileSync(join(root, file), "utf8"))]));
}

function importsOf(file: string, text: string): readonly string[] {
  const { module } = parseSync(file, text);
  const specifiers = [
    ...module.staticImports.map(({ moduleRequest }) => moduleRequest.value),
    ...module.staticExports.flatMap(({ entries }) =>
      entries.flatMap(({ moduleRequest }) => moduleRequest?.value ?? []),
    ),
    ...module.dynamicImports.map(({ moduleRequest }) => text.slice(moduleRequest.start + 1, moduleRequest.end - 1)),
  ];
  return [...new Set(specifiers)].map((name) => (name.startsWith(".") ? posix.join(posix.dirname(file), name) : name));
}

function* refusedImports(imports: Imports): Generator<Problem> {
  for (const [file, targets] of imports) {
    const from = folderOf(file);
    const rule = IMPORT_RULES[from];
    for (const target of targets) {
      const key = `${file} imports ${target}`;
      if (PURE_FOLDERS.includes(from) && IO_PACKAGES.test(target)) {
        yield { key, text: `${key}: ${from} does no I/O: ${rule?.because}` };
      }
      if (!target.startsWith("src/") || folderOf(target) === from || file === "src/main.ts") {
        continue;
      }
      if (rule === undefined) {
        yield { key, text: `${key}: src/${from} has no rule in scripts/import-rules.ts` };
      } else if (!rule.may.includes(folderOf(target))) {
        yield { key, text: `${key}: ${from} may import ${rule.may.join(", ") || "no other folder"}: ${rule.because}` };
      }
    }
  }
}

function folderOf(file: string): string {
  return (file.split("/")[1] ?? "").replace(/\.ts$/, "");
}

/** Strongly connected files (Tarjan), imports of types included. */
function circles(imports: Imports): readonly Problem[] {
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const found: Problem[] = [];
  const visit = (file: string): void => {
    index.set(file, index.size);
    low.set(file, index.get(file) ?? 0);
    stack.push(file);
    for (const target of (imports.get(file) ?? []).filter((one) => imports.has(one))) {
      if (!index.has(target)) {
        visit(target);
        low.set(file, Math.min(low.get(file) ?? 0, low.get(target) ?? 0));
      } else if (stack.includes(target)) {
        low.set(file, Math.min(low.get(file) ?? 0, index.get(target) ?? 0));
      }
    }
    if (low.get(file) === index.get(file)) {
      const circle = stack.splice(stack.indexOf(file)).sort();
      if (circle.length > 1) {
        found.push({ key: `circle: ${circle[0]}`, text: `imports in a circle: ${circle.join(", ")}` });
      }
    }
  };
  for (const file of imports.keys()) {
    if (!index.has(file)) {
      visit(file);
    }
  }
  return found;
}

function* fullFolders(imports: Imports): Generator<Problem> {
  const counts = new Map<string, number>();
  for (const folder of [...imports.keys()].map((file) => posix.dirname(file))) {
    counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  for (const [folder, count] of counts) {
    if (count > MOST_FILES) {
      yield {
        key: folder,
        text: `${folder} has ${count} files side by side, more than ${MOST_FILES}: make folders of subjects`,
      };
    }
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const problems = checkImports(join(dirname(fileURLToPath(import.meta.url)), ".."));
  for (const { text } of problems) {
    console.error(text);
  }
  process.exitCode = problems.length === 0 ? 0 : 1;
}
