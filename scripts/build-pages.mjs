// Bundles the dashboard: src/web/pages to dist/web/pages, as one script, one style sheet and the page that loads them.
import { copyFileSync, existsSync, readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const pages = join(root, "src", "web", "pages");
const out = join(root, "dist", "web", "pages");
/** Loaded as they are: the page itself, what runs before it is drawn, and its icon. */
const COPIED = ["index.html", "theme.js", "icon.svg"];

/** Bundles the dashboard into dist/web/pages. */
export async function buildPages() {
  const { build } = await import("vite");
  await build({
    configFile: false,
    root: pages,
    logLevel: "warn",
    publicDir: false,
    mode: "production",
    esbuild: { jsx: "automatic", jsxDev: false, jsxImportSource: "preact" },
    build: {
      outDir: out,
      emptyOutDir: true,
      target: "es2022",
      cssCodeSplit: false,
      modulePreload: false,
      rollupOptions: {
        input: { app: join(pages, "app.tsx") },
        output: { entryFileNames: "[name].js", assetFileNames: "app.[ext]", inlineDynamicImports: true },
      },
    },
  });
  for (const file of COPIED) {
    copyFileSync(join(pages, file), join(out, file));
  }
}

/** Bundles the dashboard where it was never bundled, or where its sources are newer. */
export async function buildStalePages() {
  const built = join(out, "app.js");
  const newest = Math.max(
    ...readdirSync(pages, { recursive: true, encoding: "utf8" }).map((file) => statSync(join(pages, file)).mtimeMs),
  );
  if (!existsSync(built) || statSync(built).mtimeMs < newest) {
    await buildPages();
  }
}
