import { defineConfig } from "vitest/config";

// Tests against real servers (Alertmanager, Prometheus, PostgreSQL, Chromium): .ci/run installs them.
export default defineConfig({
  test: {
    include: ["test/real/**/*.test.ts", "test/e2e/**/*.test.ts"],
    globalSetup: ["test/build-pages.ts"],
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
