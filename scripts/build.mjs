// Compiles src/ to dist/ and copies what is not TypeScript (SQL migrations, pages, styles).
import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, rmSync } from "node:fs";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const out = join(root, "dist");
const compiler = join(root, "node_modules", "typescript", "bin", "tsc");

if (!existsSync(compiler)) {
  // Installed as a dependency: dist/ was packed with it.
  process.exit(0);
}
rmSync(out, { recursive: true, force: true });
execFileSync(process.execPath, [compiler, "-p", join(root, "tsconfig.build.json")], { stdio: "inherit" });
cpSync(join(root, "src"), out, {
  recursive: true,
  filter: (source) => extname(source) !== ".ts",
});
chmodSync(join(out, "main.js"), 0o755);
