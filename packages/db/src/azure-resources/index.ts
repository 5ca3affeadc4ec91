export {
  type ClaimedRemoval,
  claimRemovals,
  confirmRemoval,
  isCollectionUnwanted,
  keepClaimed,
  nextRemovalAt,
  type RemovalClaim,
  readUnreadableRemovals,
  recordRemovalTry,
  restUnreadable,
  wakeReconciler,
  wantEmptyCollectionRemoved,
  wantKeptRemoved,
  wantLeftRemoved,
  wantOrphanRemoved,
  wantRemoved,
} from "./desired.ts";
export { type ExpiredSnapshot, listExpiredSnapshots } from "./kept.ts";
export { type DiskFull, holdAccess, takeAccess, type WantedAccess } from "./open-access.ts";
export { listVmSnapshots } from "./read.ts";
export { listRaisedRemovals, listStuckRemovals, type StuckRemovals } from "./stuck.ts";
export * from "./view.ts";
export {
  type AzureResourceRow,
  findLivingResources,
  keepSnapshot,
  listKeptOf,
  markResourceCreated,
  markResourceRemoved,
  type PlannedResource,
  planResource,
} from "./work.ts";
