// Compiles src/ to dist/, copies what is not TypeScript (SQL migrations, the demo's pages), and bundles the dashboard.
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
  filter: (source) => extname(source) !== ".ts" && source !== join(root, "src", "web", "pages"),
});
await (await import("./build-pages.mjs")).buildPages();
chmodSync(join(out, "main.js"), 0o755);
