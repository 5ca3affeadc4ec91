/**
 * `npm run chaos`: backs up, restores and deletes VMs while engines, PostgreSQL and connections are killed and every call may fail,
 * and checks that every point restores exactly. The same seed breaks the same things. Then kills each victim in each step, and
 * measures how soon the job continues.
 *
 *   npm run chaos -- --seed 17 --steps 300 --vms 6 --logs DIR --only chaos --no-portal
 *   npm run chaos -- --matrix
 */
import { parseArgs } from "node:util";
import {
  everyStep,
  type KillReport,
  type KillVictim,
  killVictims,
  runKillMatrix,
} from "../packages/engine/test/chaos/kill-matrix.ts";
import { makePlan } from "../packages/engine/test/chaos/plan.ts";
import { type ChaosReport, runChaos } from "../packages/engine/test/chaos/run.ts";
import { runCollectModels } from "../packages/engine/test/collect/long.ts";
import { killAtAllEdges } from "../packages/engine/test/kills/long.ts";
import startPostgres from "../packages/local-stack/src/vitest-global-setup.ts";
import { runClockModels } from "../packages/vault/test/clocks/long.ts";
import { runFaultRounds } from "../packages/vault/test/faults/long.ts";
import { preparePortal, startChaosPortal } from "./chaos-portal.ts";
import { runMatrix } from "./matrix.ts";

function readOptions() {
  const { values } = parseArgs({
    options: {
      seed: { type: "string", default: String(Math.floor(Math.random() * 1_000_000)) },
      steps: { type: "string", default: "300" },
      vms: { type: "string", default: "6" },
      /** Folder for the engines' logs; default: they are removed. */
      logs: { type: "string" },
      /** `chaos` or `kill-matrix`; default: both. `collect`: the model of collection, `clocks`: a vault whose machines have wrong clocks, `faults`: a vault on a store with faults; for `--minutes`. `edges`: kills at each commit. */
      only: { type: "string" },
      /** Leaves out the portal and its build. */
      "no-portal": { type: "boolean", default: false },
      /** Runs the matrix of operations and refusals instead: scripts/matrix.ts describes its options. */
      matrix: { type: "boolean", default: false },
      operations: { type: "string", default: "" },
      refusals: { type: "string", default: "" },
      coarse: { type: "boolean", default: false },
      continue: { type: "boolean", default: false },
      minutes: { type: "string" },
      table: { type: "boolean", default: false },
    },
  });
  const number = (name: "seed" | "steps" | "vms"): number => {
    const value = Number(values[name]);
    if (!Number.isSafeInteger(value) || value < 0) throw new Error(`--${name} must be a whole number.`);
    return value;
  };
  return {
    seed: number("seed"),
    steps: number("steps"),
    vms: Math.max(1, number("vms")),
    logs: values.logs ?? null,
    only: values.only ?? null,
    longMinutes: Number(values.minutes ?? 60),
    hasPortal: !values["no-portal"],
    matrix: values.matrix
      ? {
          only: values.operations.split(",").filter(Boolean),
          refusals: values.refusals.split(",").filter(Boolean),
          coarse: values.coarse,
          proceed: values.continue,
          minutes: values.minutes === undefined ? null : Number(values.minutes),
          tableOnly: values.table,
        }
      : null,
  };
}

function print(report: ChaosReport): void {
  const ends = Map.groupBy(report.outcomes, ({ kind, end }) => `${kind} ${end}`);
  console.log("\nOperations:");
  for (const [name, group] of sorted(ends)) console.log(`  ${String(group.length).padStart(5)}  ${name}`);
  table("Disturbances", report.disturbances);
  table("Errors that ended a job", report.failures);
  table("Errors of code INTERNAL in the logs", report.internal);
  console.log(
    `\n${report.points} points compared byte by byte, ${report.events} events of the ledger checked.`,
  );
  console.log(`Quiet ${(report.settleMs / 1000).toFixed(1)} s after the last fault.`);
  for (const problem of report.problems) console.log(`PROBLEM: ${problem}`);
  console.log(
    report.problems.length === 0 ? "\nEverything holds." : `\n${report.problems.length} problem(s).`,
  );
}

function sorted<T>(entries: ReadonlyMap<string, T>): [string, T][] {
  return [...entries].toSorted(([one], [other]) => one.localeCompare(other));
}

function table(title: string, counts: ReadonlyMap<string, number>): void {
  if (counts.size === 0) return;
  console.log(`\n${title}:`);
  for (const [name, count] of sorted(counts)) console.log(`  ${String(count).padStart(5)}  ${name}`);
}

function printKills({ cells, portalMs, problems }: KillReport): void {
  const names = killVictims.filter((name) => cells.some(({ victim }) => victim === name));
  console.log(`\n| work | step | ${names.map((name) => victimTexts[name]).join(" | ")} |`);
  console.log(`|---|---|${names.map(() => "---:").join("|")}|`);
  for (const { kind, step } of everyStep) {
    const of = names.map((name) =>
      cells.find((cell) => cell.kind === kind && cell.step === step && cell.victim === name),
    );
    const texts = of.map((cell) => (cell === undefined ? "–" : `${(cell.resumeMs / 1000).toFixed(1)} s`));
    console.log(`| ${kind} | ${step} | ${texts.join(" | ")} |`);
  }
  if (portalMs !== null)
    console.log(`The portal answered at most ${(portalMs / 1000).toFixed(1)} s after a kill of PostgreSQL.`);
  for (const problem of problems) console.log(`PROBLEM: ${problem}`);
}

const victimTexts: Readonly<Record<KillVictim, string>> = {
  engine: "engine killed",
  postgres: "PostgreSQL killed",
  portal: "portal killed",
  "azurite-connections": "connections to Azurite cut",
  azure: "Azure down for a second",
};

async function killMatrix(): Promise<boolean> {
  const report = await runKillMatrix({
    victims: killVictims.filter((victim) => victim !== "portal" || options.hasPortal),
    say,
    ...(options.hasPortal ? { portal: startChaosPortal } : {}),
  });
  printKills(report);
  return report.problems.length === 0;
}

/** The model of collection: `--minutes` (60), seed after seed. */
async function collect(): Promise<boolean> {
  const untilMs = Date.now() + options.longMinutes * 60_000;
  console.log(JSON.stringify(await runCollectModels({ seed: options.seed, untilMs })));
  return true;
}

/** A vault without a database, whose machines have wrong clocks: `--minutes` (60), seed after seed. */
async function clocks(): Promise<boolean> {
  const untilMs = Date.now() + options.longMinutes * 60_000;
  console.log(JSON.stringify(await runClockModels({ seed: options.seed, untilMs })));
  return true;
}

/** A vault on a store with faults: `--minutes` (60), seed after seed. */
async function faults(): Promise<boolean> {
  const untilMs = Date.now() + options.longMinutes * 60_000;
  const { faults: happened, ...sum } = await runFaultRounds({ seed: options.seed, untilMs });
  console.log(JSON.stringify({ ...sum, faults: Object.fromEntries(happened) }));
  return true;
}

/** Kills jobs, collection and compaction at every edge, several times at each. */
async function edges(): Promise<boolean> {
  const stopPostgres = await startPostgres();
  try {
    for (const [work, names] of await killAtAllEdges(say))
      console.log(`${work}: ${names.length} edges\n  ${names.join("\n  ")}`);
  } finally {
    await stopPostgres();
  }
  return true;
}

async function chaos(): Promise<boolean> {
  const { seed, steps, vms, logs } = options;
  console.log(`Seed ${seed}. Replay: npm run chaos -- --seed ${seed} --steps ${steps} --vms ${vms}`);
  const report = await runChaos({
    plan: makePlan({ seed, steps, vms }),
    say,
    operationLimitMs: 240_000,
    settleLimitMs: 600_000,
    logs,
    ...(options.hasPortal ? { portal: startChaosPortal } : {}),
  });
  print(report);
  return report.problems.length === 0;
}

const options = readOptions();
if (options.matrix !== null) {
  const failed = await runMatrix(options.matrix);
  console.log(failed === 0 ? "\nEvery pair holds." : `\n${failed} pair(s) do not hold.`);
  process.exit(failed === 0 ? 0 : 1);
}
if (options.only === "collect") process.exit((await collect()) ? 0 : 1);
if (options.only === "clocks") process.exit((await clocks()) ? 0 : 1);
if (options.only === "faults") process.exit((await faults()) ? 0 : 1);
const began = performance.now();
const say = (line: string): void =>
  console.log(`${((performance.now() - began) / 1000).toFixed(1).padStart(7)} s  ${line}`);
if (options.only === "edges") process.exit((await edges()) ? 0 : 1);
if (options.hasPortal) await preparePortal();
let holds = options.only === "kill-matrix" || (await chaos());
if (options.only !== "chaos") holds = (await killMatrix()) && holds;
console.log(`The run took ${((performance.now() - began) / 1000).toFixed(0)} s.`);
process.exitCode = holds ? 0 : 1;
if (process.connected) process.disconnect();
