/** Writes the room rules into biome.json, or with --check fails when they differ. */
import { readFileSync, writeFileSync } from "node:fs";
import { ROOMS } from "./room-rules.ts";

const file = new URL("../biome.json", import.meta.url);
const settings = JSON.parse(readFileSync(file, "utf8")) as { overrides: { includes: string[] }[] };

const PURE = [
  "axios",
  "fastify",
  "@slack/*",
  "pg",
  "drizzle-orm*",
  "@electric-sql/*",
  "node:fs*",
  "node:http*",
  "node:net",
  "node:child_process",
];

const overrides = Object.entries(ROOMS).map(([room, rule]) => ({
  includes: [`src/${room}/**`, ...(room === "main" || room === "cli" ? [`src/${room}.ts`] : [])],
  linter: {
    rules: {
      style: {
        noRestrictedImports: {
          level: "error",
          options: {
            patterns: [
              {
                group: Object.keys(ROOMS)
                  .filter((other) => other !== room && !rule.may.includes(other))
                  .flatMap((other) => [
                    `../${other}/**`,
                    `../../${other}/**`,
                    `../../../${other}/**`,
                    `./${other}/**`,
                    `**/src/${other}/**`,
                    `**/../${other}.ts`,
                  ]),
                message: `${room} may import ${rule.may.join(", ") || "no other room"}: ${rule.because}.`,
              },
              ...(room === "alert" || room === "detect"
                ? [{ group: PURE, message: `${room} does no I/O: ${rule.because}.` }]
                : []),
            ],
          },
        },
      },
    },
  },
}));

const wanted = `${JSON.stringify({ ...settings, overrides: [...settings.overrides.filter((entry) => !entry.includes[0]?.startsWith("src/")), ...overrides] }, null, 2)}\n`;
if (process.argv.includes("--check")) {
  if (JSON.stringify(JSON.parse(wanted)) !== JSON.stringify(settings)) {
    console.error("biome.json: its room rules differ from scripts/room-rules.ts — run `npm run rooms`");
    process.exitCode = 1;
  }
} else {
  writeFileSync(file, wanted);
}
