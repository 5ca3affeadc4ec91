/** The long form of the rounds with faults: seed after seed, until the time is over. */
import { type RoundReport, runRound } from "./rounds.ts";

const modes = ["requests", "objects", "both"] as const;

/** @returns what happened. @throws the first failure, with its seed */
export async function runFaultRounds({ seed, untilMs }: { readonly seed: number; readonly untilMs: number }) {
  const sum = { rounds: 0, survived: 0, detected: 0 };
  const faults = new Map<string, number>();
  for (let next = seed; Date.now() < untilMs; next++) {
    for (const mode of modes) {
      const report: RoundReport = await runRound({ seed: next, mode, steps: 40 });
      sum.rounds += 1;
      sum.survived += report.survived;
      sum.detected += report.detected;
      for (const [fault, times] of report.faults) faults.set(fault, (faults.get(fault) ?? 0) + times);
    }
  }
  return { ...sum, faults };
}
