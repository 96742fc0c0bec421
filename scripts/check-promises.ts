/** Finds promises that are thrown away by `void` in src/: lint takes `void` for an intention, and an unhandled rejection ends a process. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseSync, Visitor } from "oxc-parser";

/** @param root the checkout @returns `file:line: …` for each */
export function checkPromises(root: string): readonly string[] {
  return readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
    .map((file) => `src/${file.replaceAll("\\", "/")}`)
    .filter((file) => /\.ts$/.test(file) && !file.endsWith(".d.ts"))
    .sort()
    .flatMap((file) => thrownAway(file, readFileSync(join(root, file), "utf8")));
}

/** Statements `void call(…);`: as the value of a function, `void` only says that nothing is given back. */
export function thrownAway(file: string, text: string): readonly string[] {
  const found: string[] = [];
  const visitor = new Visitor({
    ExpressionStatement({ expression, start }) {
      if (expression.type === "UnaryExpression" && expression.operator === "void") {
        const line = text.slice(0, start).split("\n").length;
        found.push(
          `${file}:${line}: a promise is thrown away; await it, or use inBackground of src/runtime/background.ts`,
        );
      }
    },
  });
  visitor.visit(parseSync(file, text).program);
  return found;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const found = checkPromises(join(import.meta.dirname, ".."));
  process.stdout.write(found.map((line) => `${line}\n`).join(""));
  process.exitCode = found.length === 0 ? 0 : 1;
}
