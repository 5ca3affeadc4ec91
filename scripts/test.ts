/**
 * `npm test`: everything that must hold. `npm run check` (`--check`) leaves out the phases that need real parts or a browser.
 * The quick phases run side by side; a failed phase does not stop the others, so one run reports every failure.
 */
import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { findBrowser } from "./browser.ts";
import { type Counts, checkCounts, playwrightCounts, sum, vitestCounts } from "./results.ts";
import { type Command, keptOutput, root, run } from "./run.ts";

/** A part of the run. Quick phases keep their output in a log and print it only when they fail. */
interface Phase {
  readonly name: string;
  readonly work: () => Promise<Counts>;
}

/** In the order in which they start: the longest first. */
const quick: readonly Phase[] = [
  { name: "unit tests", work: unitTests },
  { name: "lint", work: () => check("lint", "oxlint", ["--type-aware", "--deny-warnings"]) },
  { name: "types", work: types },
  { name: "unused code", work: () => check("knip", "knip", ["--no-progress", "--no-config-hints"]) },
  { name: "format", work: () => check("format", "biome", ["check", "--max-diagnostics=50", "."]) },
  { name: "words", work: () => check("words", "node", ["scripts/check-words.ts"]) },
  { name: "dependency graph", work: () => check("graph", "node", ["scripts/check-graph.ts"]) },
];

const thorough: readonly Phase[] = [
  { name: "integration tests", work: () => vitest("integration", "show") },
  { name: "portal build", work: () => check("portal-build", "node", ["scripts/build-portal.ts"]) },
  { name: "portal weight", work: () => check("weight", "node", ["scripts/check-weight.ts"]) },
  { name: "browser tests", work: browserTests },
];

/** Runs a tool; prints its output only when it fails. */
async function check(log: string, command: string, args: readonly string[]): Promise<Counts> {
  const code = await run({ command, args, output: { log } });
  if (code !== 0) console.log(await keptOutput(log));
  return checkCounts(code);
}

/**
 * TypeScript in three programs: the portal and the browser tests know the DOM, everything else does not. Incremental: a warm
 * run checks only what a change can reach. One after another, because each program uses all processors.
 */
async function types(): Promise<Counts> {
  const results: Counts[] = [];
  for (const project of [".", "e2e", "apps/portal"]) {
    const log = `types-${project === "." ? "root" : project.replace("/", "-")}`;
    results.push(await check(log, "tsc", ["--noEmit", "--pretty", "false", "-p", project]));
  }
  return sum(results);
}

async function unitTests(): Promise<Counts> {
  const log = "unit-tests";
  const counts = await vitest("unit", { log });
  if (counts.failed > 0) console.log(await keptOutput(log));
  return counts;
}

async function vitest(project: "unit" | "integration", output: Command["output"]): Promise<Counts> {
  const report = join(root, ".cache", `vitest-${project}.json`);
  await rm(report, { force: true });
  const args = [
    "run",
    "--project",
    // With what runs beside it: integration-alone.
    `${project}*`,
    output === "show" ? "--reporter=dot" : "--reporter=agent",
    "--reporter=json",
    `--outputFile.json=${report}`,
  ];
  const code = await run({ command: "vitest", args, output });
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
    console.error(
      `The test runner wrote no report (${error instanceof Error ? error.message : String(error)}).`,
    );
    return null;
  });
  return text === null ? null : JSON.parse(text);
}

async function runPhase({ name, work }: Phase): Promise<Counts> {
  const from = performance.now();
  const counts = await work();
  const verdict = counts.failed === 0 ? "ok" : "FAILED";
  console.log(`── ${name}: ${verdict}, ${counts.passed} passed, ${counts.failed} failed, ${seconds(from)}`);
  return counts;
}

/** Runs the phases side by side, two at a time: more would only wait for a processor on a small machine. */
async function runTogether(phases: readonly Phase[]): Promise<Counts[]> {
  const waiting = phases.toReversed();
  const results: Counts[] = [];
  const lane = async (): Promise<void> => {
    for (let phase = waiting.pop(); phase !== undefined; phase = waiting.pop()) {
      results.push(await runPhase(phase));
    }
  };
  await Promise.all([lane(), lane()]);
  return results;
}

async function main(): Promise<number> {
  await mkdir(join(root, ".cache"), { recursive: true });
  const began = performance.now();
  const all = await runTogether(quick);
  for (const phase of process.argv.includes("--check") ? [] : thorough) {
    console.log(`\n── ${phase.name}`);
    all.push(await runPhase(phase));
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
// The channel to the bootstrap keeps this process alive; closing it here must not count as an interruption.
process.removeListener("disconnect", interrupted);
if (process.connected) process.disconnect();
