import { defineConfig } from "vitest/config";

const ignored = ["**/node_modules/**", "**/.next/**", "**/generated/**", "**/dist/**", "e2e/**", ".kluis/**"];

/** The SDK keeps the address of a managed identity for its process, so these files share none with others that use one. */
const alone = ["packages/azure/src/sign-in.int.test.ts", "packages/azure/src/vms.int.test.ts"];

/**
 * Projects: `unit` is fast and needs no services; `integration` uses real parts. Its global setup starts one PostgreSQL
 * for the whole run and sets KLUIS_TEST_DATABASE_URL (from DATABASE_URL when that is set).
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
          testTimeout: 60_000,
          pool: "forks",
          // Files of one worker share modules, which halves the run: a test undoes what it changes outside its file.
          isolate: false,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: "integration",
          include: ["{packages,apps}/**/*.int.test.ts", "scripts/**/*.int.test.ts"],
          exclude: [...ignored, ...alone],
          globalSetup: ["./packages/local-stack/src/vitest-global-setup.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 1 },
          maxWorkers: 2,
          pool: "forks",
          // As for the unit tests: a file takes longer to load Azure's SDKs than to run most of its tests.
          isolate: false,
        },
      },
      {
        test: {
          name: "integration-alone",
          include: alone,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 1 },
          maxWorkers: 2,
          pool: "forks",
        },
      },
    ],
  },
});
