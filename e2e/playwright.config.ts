import { join } from "node:path";
import { defineConfig } from "@playwright/test";
import { authFolder } from "./support/people.ts";

const output = join(import.meta.dirname, "..", "test-results");

/**
 * Browser tests on the whole stack, as a newcomer starts it. One worker: the tests share one installation, and two processors
 * run the backups as well.
 */
export default defineConfig({
  testDir: "./specs",
  outputDir: join(output, "e2e"),
  globalSetup: "./global-setup.ts",
  workers: 1,
  retries: 0,
  forbidOnly: true,
  timeout: 90_000,
  expect: { timeout: 15_000 },
  reporter: [["list"], ["json"]],
  use: {
    browserName: "chromium",
    trace: "retain-on-failure",
    screenshot: "only-on-failure",
    timezoneId: "Europe/Amsterdam",
    locale: "en-GB",
    launchOptions: {
      ...(process.env["CHROMIUM"] ? { executablePath: process.env["CHROMIUM"] } : {}),
      // Chromium refuses its sandbox to root; the tests only open pages of this machine.
      args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
    },
  },
  projects: [
    { name: "sign-in", testMatch: /sign-in\.spec\.ts/ },
    { name: "portal", testIgnore: /sign-in\.spec\.ts/, dependencies: ["sign-in"] },
  ],
  metadata: { authFolder },
});
