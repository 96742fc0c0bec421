import { defineConfig } from "vitest/config";

// What takes long on purpose: every fuzz test with 10,000 cases and another seed each time, which is printed.
const seed = process.env["FUZZ_SEED"] ?? String(Date.now() % 2_147_483_647);
console.log(`FUZZ_SEED=${seed}`);

export default defineConfig({
  test: {
    include: ["test/fuzz/**/*.test.ts", "test/tickets/fuzz.test.ts"],
    env: { FUZZ_CASES: process.env["FUZZ_CASES"] ?? "10000", FUZZ_SEED: seed },
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 900_000,
    hookTimeout: 120_000,
  },
});
