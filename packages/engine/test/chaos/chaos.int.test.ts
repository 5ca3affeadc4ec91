import { expect, it } from "vitest";
import { makePlan } from "./plan.ts";
import { runChaos } from "./run.ts";

const seed = 6;

it("restores every point exactly after kills, cuts and faults, and leaves nothing behind", async () => {
  const only = ["kill-engine", "kill-postgres", "cut"] as const;
  const plan = makePlan({ seed, steps: 8, vms: 4, only });
  const lines = [`seed ${seed}`];
  const report = await runChaos({
    plan,
    say: (line) => void lines.push(line),
    operationLimitMs: 60_000,
    settleLimitMs: 120_000,
  });
  if (report.problems.length > 0) lines.push(...[...report.failures, ...report.internal].map(String));
  expect(report.problems.length === 0 ? [] : [...report.problems, ...lines]).toEqual([]);
  expect(report.points).toBeGreaterThan(0);
}, 300_000);
