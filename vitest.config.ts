import { defineConfig } from "vitest/config";

const ignored = ["**/node_modules/**", "**/.next/**", "**/generated/**", "**/dist/**", "e2e/**", ".kluis/**"];

/**
 * Two projects: `unit` is fast and needs nothing; `integration` meets real parts. Its global setup starts one PostgreSQL
 * for the whole run and gives its address in KLUIS_TEST_DATABASE_URL (DATABASE_URL, when set, is used instead).
 */
export default defineConfig({
  test: {
    teardownTimeout: 30_000,
    projects: [
      {
        test: {
          name: "unit",
          include: ["{packages,apps}/**/*.test.{ts,tsx}", "scripts/**/*.test.ts"],
          exclude: [...ignored, "**/*.int.test.ts"],
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: "integration",
          include: ["{packages,apps}/**/*.int.test.ts", "scripts/**/*.int.test.ts"],
          exclude: ignored,
          globalSetup: ["./packages/local-stack/src/vitest-global-setup.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          maxWorkers: 2,
          pool: "forks",
        },
      },
    ],
  },
});
