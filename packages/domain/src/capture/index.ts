export {
  type AzureConsistency,
  type ConsistencyOutcome,
  type ConsistencyPlan,
  type ConsistencyRules,
  consistencyRank,
  type GuestSituation,
  isStoppedState,
  judgeConsistency,
  planConsistency,
  type SnapshotSight,
  wasStopped,
} from "./consistency.ts";
export * from "./consistency-ladder.ts";
export * from "./consistency-run.ts";
export * from "./guest-state.ts";
export { nextRequest, type SingleDisks, singleDisksOf } from "./single-disks.ts";
export * from "./snapshot-tries.ts";
