/**
 * `npm run chaos -- --matrix`: every operation of Azure and the vault with every refusal, each for a week of virtual time. Keeps the
 * results in `.kluis/matrix.json`, and writes the table of docs/resilience.md from them.
 *
 *   npm run chaos -- --matrix --operations restorePoints.delete,blob.get --refusals 401,hang
 *   npm run chaos -- --matrix --coarse --continue --minutes 30
 *   npm run chaos -- --matrix --table
 */
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { operations } from "../packages/engine/test/matrix/operations.ts";
import { refusals } from "../packages/engine/test/matrix/refusals.ts";
import { type Result, resultsSchema } from "../packages/engine/test/matrix/results.ts";
import { coarseWeek, fineWeek } from "../packages/engine/test/matrix/runner.ts";
import { startMatrix } from "../packages/engine/test/matrix/start.ts";
import { tableFile, withVerdicts } from "../packages/engine/test/matrix/table.ts";
import type { Pair } from "../packages/engine/test/matrix/verdict.ts";
import { weeksOf } from "../packages/engine/test/matrix/weeks.ts";
import startPostgres from "../packages/local-stack/src/vitest-global-setup.ts";

export interface MatrixOptions {
  /** Names of operations, and of refusals; empty: all. */
  readonly only: readonly string[];
  readonly refusals: readonly string[];
  /** The week in few steps. */
  readonly coarse: boolean;
  /** Leaves out pairs that have held before. */
  readonly proceed: boolean;
  /** Begins no further week after this time; null: no limit. */
  readonly minutes: number | null;
  /** Runs nothing: writes the table. */
  readonly tableOnly: boolean;
}

const root = join(import.meta.dirname, "..");
const resultsFile = join(root, ".kluis/matrix.json");
/** Cases of one week: more would be slow on a small machine. */
const AT_ONCE = 8;

/** Returns the number of pairs for which something does not hold. */
export async function runMatrix(options: MatrixOptions): Promise<number> {
  const results = await readResults();
  const pairs = chosen(options).filter(
    (pair) => !options.proceed || !holds(results.get(keyOf(nameOf(pair)))),
  );
  if (!options.tableOnly) await runWeeks(weeksOf(pairs, { most: AT_ONCE }), results, options);
  const file = join(root, tableFile);
  await writeFile(file, withVerdicts(await readFile(file, "utf8"), [...results.values()]));
  return pairs.filter((pair) => results.get(keyOf(nameOf(pair)))?.problems.length !== 0).length;
}

function chosen({ only, refusals: wanted }: MatrixOptions): Pair[] {
  const rows = operations.filter(({ name }) => only.length === 0 || only.includes(name));
  const columns = refusals.filter((refusal) => wanted.length === 0 || wanted.includes(refusal));
  return columns.flatMap((refusal) => rows.map((operation) => ({ operation, refusal })));
}

async function runWeeks(
  weeks: readonly Pair[][],
  results: Map<string, Result>,
  { coarse, minutes }: MatrixOptions,
): Promise<void> {
  const until = performance.now() + (minutes ?? Number.POSITIVE_INFINITY) * 60_000;
  const stopPostgres = await startPostgres();
  const started = await startMatrix();
  try {
    for (const [at, pairs] of weeks.entries()) {
      if (performance.now() > until) break;
      console.log(`Week ${at + 1} of ${weeks.length}`);
      const verdicts = await started.matrix.run(pairs, { week: coarse ? coarseWeek : fineWeek, again: true });
      for (const verdict of verdicts) {
        const { operation, refusal, during, end, code, problems } = verdict;
        console.log(`${operation} × ${refusal}: ${during} → ${end} ${code ?? ""} ${problems.join(" ")}`);
        const told = {
          ...verdict,
          problems: [...problems],
          week: coarse ? ("coarse" as const) : ("fine" as const),
        };
        results.set(keyOf(verdict), { ...told, at: new Date().toISOString() });
      }
      await saveResults(results);
    }
  } finally {
    await started.stop();
    await stopPostgres();
  }
}

function holds(result: Result | undefined): boolean {
  return result !== undefined && result.problems.length === 0;
}

function nameOf({ operation, refusal }: Pair): Pick<Result, "operation" | "refusal"> {
  return { operation: operation.name, refusal };
}

function keyOf({ operation, refusal }: Pick<Result, "operation" | "refusal">): string {
  return `${operation} ${refusal}`;
}

async function readResults(): Promise<Map<string, Result>> {
  const text = await readFile(resultsFile, "utf8").catch(() => "[]");
  const rows = resultsSchema.parse(JSON.parse(text));
  return new Map(rows.map((row) => [keyOf(row), row]));
}

/** Whole or not at all: a run may be stopped at any time. */
async function saveResults(results: ReadonlyMap<string, Result>): Promise<void> {
  await mkdir(dirname(resultsFile), { recursive: true });
  await writeFile(`${resultsFile}.new`, JSON.stringify([...results.values()], null, 1));
  await rename(`${resultsFile}.new`, resultsFile);
}
