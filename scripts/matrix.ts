/**
 * `npm run chaos -- --matrix`: every operation of Azure and the vault with every refusal, each for a week of virtual time. Writes the
 * table of docs/resilience.md after each week.
 *
 *   npm run chaos -- --matrix --operations restorePoints.delete,blob.get
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { operations } from "../packages/engine/test/matrix/operations.ts";
import { refusals } from "../packages/engine/test/matrix/refusals.ts";
import { coarseWeek, fineWeek, type Pair, type Verdict } from "../packages/engine/test/matrix/runner.ts";
import { startMatrix } from "../packages/engine/test/matrix/start.ts";
import { isCovered, tableFile, withVerdicts } from "../packages/engine/test/matrix/table.ts";
import startPostgres from "../packages/local-stack/src/vitest-global-setup.ts";

export interface MatrixOptions {
  /** Names of operations; empty: all. */
  readonly only: readonly string[];
  /** The week in few steps. */
  readonly coarse: boolean;
}

/** Returns the number of pairs for which something does not hold. */
export async function runMatrix({ only, coarse }: MatrixOptions): Promise<number> {
  const file = join(import.meta.dirname, "..", tableFile);
  const chosen = operations.filter(({ name }) => only.length === 0 || only.includes(name));
  const stopPostgres = await startPostgres();
  const started = await startMatrix();
  const failed: Verdict[] = [];
  try {
    for (const pairs of weeksOf(chosen)) {
      const verdicts = await started.matrix.run(pairs, { week: coarse ? coarseWeek : fineWeek, again: true });
      await writeFile(file, withVerdicts(await readFile(file, "utf8"), verdicts));
      for (const verdict of verdicts) {
        const { operation, refusal, during, end, code, problems } = verdict;
        console.log(`${operation.name} × ${refusal}: ${during} → ${end} ${code ?? ""} ${problems.join(" ")}`);
        if (problems.length > 0) failed.push(verdict);
      }
    }
  } finally {
    await started.stop();
    await stopPostgres();
  }
  return failed.length;
}

/** Cases of one week: more would be slow on a small machine. */
const AT_ONCE = 6;

/** The pairs of each week: one refusal for all operations. Calls to the vault name no VM, so each has a separate week. */
function weeksOf(chosen: typeof operations): Pair[][] {
  const inVms = chosen.filter(({ surface }) => surface !== "vault");
  const inVault = chosen.filter(({ surface }) => surface === "vault");
  const pairsOf = (refusal: (typeof refusals)[number]): Pair[] =>
    inVms.map((operation) => ({ operation, refusal })).filter(isCovered);
  return [
    ...refusals.flatMap((refusal) => chunksOf(pairsOf(refusal))),
    ...inVault.flatMap((operation) => refusals.map((refusal) => [{ operation, refusal }].filter(isCovered))),
  ].filter((pairs) => pairs.length > 0);
}

function chunksOf(pairs: readonly Pair[]): Pair[][] {
  const count = Math.ceil(pairs.length / AT_ONCE);
  return Array.from({ length: count }, (_, at) => pairs.slice(at * AT_ONCE, (at + 1) * AT_ONCE));
}
