export {
  type AzureConsistency,
  type ConsistencyOutcome,
  type ConsistencyPlan,
  type ConsistencyRules,
  type GuestSituation,
  isStoppedState,
  judgeConsistency,
  planConsistency,
  type SnapshotSight,
} from "./consistency.ts";
export * from "./consistency-ladder.ts";
export * from "./consistency-run.ts";
export * from "./guest-state.ts";
export { nextRequest, type SingleDisks, singleDisksOf } from "./single-disks.ts";
export * from "./snapshot-tries.ts";
export {
  mustBeProtectable,
  type RestorePointKind,
  restorePointKind,
  restorePointKinds,
  suitabilityOf,
  vmRefusals,
} from "./vm-refusals.ts";
