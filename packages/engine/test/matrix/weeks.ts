/** Sorts pairs into weeks, so that no pair hides the refusal of another one. */
import { isWorkTrigger } from "./operations.ts";
import type { Pair } from "./verdict.ts";

export interface WeekSize {
  /** Most pairs of Azure in one week: more are slow on a small machine. */
  readonly most: number;
}

/**
 * Jobs have their own VMs, so they share a week. Work of a subscription, and calls to the vault, name no VM: a week has at most one
 * refusal of each such call. Collection reads the descriptor before it lists, so it does not reach the list while `get` is refused.
 */
export function weeksOf(pairs: readonly Pair[], { most }: WeekSize): Pair[][] {
  const ofAzure = pairs.filter(({ operation }) => operation.surface !== "vault");
  const ofJobs = ofAzure.filter(({ operation }) => !isWorkTrigger(operation.by));
  const weeks = chunksOf(ofJobs, most);
  const works = ofAzure.filter(({ operation }) => isWorkTrigger(operation.by));
  for (const pair of works) join(weeks, pair, (other) => other.operation.name !== pair.operation.name);
  const ofVault: Pair[][] = [];
  for (const pair of pairs.filter(({ operation }) => operation.surface === "vault"))
    join(ofVault, pair, (other) => isBeside(pair, other));
  return [...weeks, ...ofVault];
}

function isBeside({ operation }: Pair, other: Pair): boolean {
  const names = [operation.name, other.operation.name];
  const isList = names.includes("vault.list") && names.includes("vault.get");
  return !isList && operation.name !== other.operation.name;
}

/** Adds a pair to the first week whose pairs it may join, or to a new one. */
function join(weeks: Pair[][], pair: Pair, may: (other: Pair) => boolean): void {
  const free = weeks.find((week) => week.every(may));
  if (free === undefined) weeks.push([pair]);
  else free.push(pair);
}

function chunksOf(pairs: readonly Pair[], most: number): Pair[][] {
  const count = Math.ceil(pairs.length / most);
  return Array.from({ length: count }, (_, at) => pairs.slice(at * most, (at + 1) * most));
}
