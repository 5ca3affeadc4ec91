/**
 * `npm test`: everything that must hold, in phases, cheapest first. A failed phase does not stop the later ones, so that one run
 * tells all. `npm run check` (`--check`) leaves out what needs real parts or a browser.
 */
import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { cpus } from "node:os";
import { join } from "node:path";
import { findBrowser } from "./browser.ts";
import { type Counts, checkCounts, playwrightCounts, sum, vitestCounts } from "./results.ts";
import { keptOutput, root, run } from "./run.ts";

interface Phase {
  readonly name: string;
  readonly quick: boolean;
  readonly work: () => Promise<Counts>;
}

const phases: readonly Phase[] = [
  {
    name: "format",
    quick: true,
    work: () => check("format", "biome", ["check", "--max-diagnostics=50", "."]),
  },
  { name: "lint", quick: true, work: () => check("lint", "oxlint", ["--type-aware", "--deny-warnings"]) },
  { name: "dependency graph", quick: true, work: () => check("graph", "node", ["scripts/check-graph.ts"]) },
  { name: "types", quick: true, work: types },
  { name: "unused code", quick: true, work: () => check("knip", "knip", ["--no-progress"]) },
  { name: "unit tests", quick: true, work: () => vitest("unit") },
  { name: "integration tests", quick: false, work: () => vitest("integration") },
  {
    name: "portal build",
    quick: false,
    work: () => check("portal-build", "node", ["scripts/build-portal.ts"]),
  },
  { name: "browser tests", quick: false, work: browserTests },
];

/** A tool whose output is of interest only when it complains. */
async function check(log: string, command: string, args: readonly string[]): Promise<Counts> {
  const code = await run({ command, args, output: { log } });
  if (code !== 0) console.log(await keptOutput(log));
  return checkCounts(code);
}

/** TypeScript over every workspace, as many at a time as there are processors; each counts as one check. */
async function types(): Promise<Counts> {
  const projects = ["scripts", "e2e"];
  for (const parent of ["packages", "apps"]) {
    for (const folder of await readdir(join(root, parent))) projects.push(`${parent}/${folder}`);
  }
  // Types of the portal's routes are made by Next; without them a link's address is just a string.
  const queue = projects.toReversed();
  const results: Counts[] = [];
  const worker = async (): Promise<void> => {
    for (let project = queue.pop(); project !== undefined; project = queue.pop()) {
      const log = `types-${project.replaceAll("/", "-")}`;
      results.push(await check(log, "tsc", ["--noEmit", "--pretty", "false", "-p", project]));
    }
  };
  await Promise.all(Array.from({ length: Math.max(2, cpus().length) }, worker));
  return sum(results);
}

async function vitest(project: "unit" | "integration"): Promise<Counts> {
  const report = join(root, ".cache", `vitest-${project}.json`);
  await rm(report, { force: true });
  const args = [
    "run",
    "--project",
    project,
    "--reporter=dot",
    "--reporter=json",
    `--outputFile.json=${report}`,
  ];
  const code = await run({ command: "vitest", args, output: "show" });
  return vitestCounts(await readReport(report), code);
}

async function browserTests(): Promise<Counts> {
  const browser = await findBrowser();
  if (browser === null) return checkCounts(1);
  const report = join(root, ".cache", "playwright.json");
  await rm(report, { force: true });
  const code = await run({
    command: "playwright",
    args: ["test", "--config", "e2e/playwright.config.ts"],
    env: { CHROMIUM: browser, PLAYWRIGHT_JSON_OUTPUT_NAME: report },
    output: "show",
  });
  return playwrightCounts(await readReport(report), code);
}

async function readReport(path: string): Promise<unknown> {
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    console.error(`The runner wrote no report (${error instanceof Error ? error.message : String(error)}).`);
    return null;
  });
  return text === null ? null : JSON.parse(text);
}

async function main(): Promise<number> {
  await mkdir(join(root, ".cache"), { recursive: true });
  const quickOnly = process.argv.includes("--check");
  const began = performance.now();
  const all: Counts[] = [];
  for (const phase of phases.filter(({ quick }) => quick || !quickOnly)) {
    console.log(`\n── ${phase.name}`);
    const from = performance.now();
    const counts = await phase.work();
    all.push(counts);
    const verdict = counts.failed === 0 ? "ok" : "FAILED";
    console.log(
      `── ${phase.name}: ${verdict}, ${counts.passed} passed, ${counts.failed} failed, ${seconds(from)}`,
    );
  }
  const total = sum(all);
  console.log(`\nThe whole run took ${seconds(began)}.\n\n${total.passed} passed, ${total.failed} failed`);
  return total.failed === 0 ? 0 : 1;
}

function seconds(from: number): string {
  return `${((performance.now() - from) / 1000).toFixed(1)} s`;
}

const interrupted = (): void => process.exit(130);
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, interrupted);
process.on("disconnect", interrupted);
process.exitCode = await main();
// The channel to the bootstrap would keep this process alive; closing it here is no interruption.
process.removeListener("disconnect", interrupted);
if (process.connected) process.disconnect();
