import { join } from "node:path";
import { defineConfig } from "@playwright/test";
import { authFolder } from "./support/people.ts";

const output = join(import.meta.dirname, "..", "test-results");

/**
 * Browser tests on the whole stack, as `npm start` runs it. One worker, because the tests share one installation and its
 * backups need processors too.
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
    // Without a film: it takes a picture of every frame of tests that pass, and the trace keeps the DOM before and after each action.
    trace: { mode: "retain-on-failure", screenshots: false, sources: false },
    screenshot: "only-on-failure",
    timezoneId: "Europe/Amsterdam",
    locale: "en-GB",
    launchOptions: {
      ...(process.env["CHROMIUM"] ? { executablePath: process.env["CHROMIUM"] } : {}),
      // Chromium refuses its sandbox for root. The tests open pages of this machine only.
      args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
    },
  },
  projects: [
    { name: "sign-in", testMatch: /sign-in\.spec\.ts/ },
    { name: "portal", testIgnore: /sign-in\.spec\.ts/, dependencies: ["sign-in"] },
  ],
  metadata: { authFolder },
});
