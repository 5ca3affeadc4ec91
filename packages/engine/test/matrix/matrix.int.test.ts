/** The short form of the refusal matrix: every operation and every refusal at least once. `npm run chaos -- --matrix` runs all pairs. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Operation, operations } from "./operations.ts";
import { recordCalls } from "./record-calls.ts";
import { type Refusal, refusals } from "./refusals.ts";
import { shortForm } from "./runner.ts";
import { type StartedMatrix, startMatrix } from "./start.ts";
import type { Pair, Verdict } from "./verdict.ts";
import { weeksOf } from "./weeks.ts";

/** Short: a hang takes it, in real time, at each try. */
const TIMEOUT_MS = 1_500;
const LIMIT_MS = 900_000;

let started: StartedMatrix;

beforeAll(async () => {
  started = await startMatrix(TIMEOUT_MS);
});
afterAll(() => started.stop());

/** Refusals at which no SDK waits in real time, and those at which it does: each of these is used once. */
const quick: readonly Refusal[] = ["401", "403 role", "403 policy", "404", "409 lock", "409 busy", "429"];
const slow = refusals.filter((refusal) => !quick.includes(refusal));
/** They answer at once, and each is one request. */
const cheap: readonly Operation["name"][] = [
  "virtualMachines.get",
  "disks.get",
  "restorePointCollections.createOrUpdate",
  "restorePoints.create",
  "disks.createOrUpdate",
];

const pairs: readonly Pair[] = operations.map((operation, at): Pair => {
  const slowly = slow[cheap.indexOf(operation.name)];
  return { operation, refusal: slowly ?? quick[at % quick.length] ?? "500" };
});

const failed = (verdicts: readonly Verdict[]): string[] =>
  verdicts
    .filter(({ problems }) => problems.length > 0)
    .map(({ operation, refusal, problems }) => `${operation} × ${refusal}: ${problems.join(" ")}`);

it("the pairs have every operation and every refusal", () => {
  expect(new Set(pairs.map(({ operation }) => operation.name)).size).toBe(operations.length);
  expect(new Set(pairs.map(({ refusal }) => refusal))).toEqual(new Set(refusals));
});

it(
  "the list has every call of a normal run, and a normal run makes every call of the list",
  async () => {
    const { arm, stray, vault } = await recordCalls(started);
    expect(stray).toBe(0);
    const rare = operations.filter(
      ({ beside, restore }) => beside !== undefined || restore === "encryption-set",
    );
    const called = new Set([...arm, ...vault, ...rare.map(({ name }) => name)]);
    expect([...called].toSorted()).toEqual(operations.map(({ name }) => name).toSorted());
  },
  LIMIT_MS,
);

it(
  "a refusal for a week ends every job in a defined state, and leaves nothing behind",
  async () => {
    const verdicts: Verdict[] = [];
    for (const week of weeksOf(pairs, { most: pairs.length }))
      verdicts.push(...(await started.matrix.run(week, shortForm)));
    expect(failed(verdicts)).toEqual([]);
    expect(verdicts).toHaveLength(pairs.length);
  },
  LIMIT_MS,
);
