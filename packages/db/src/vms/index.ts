export { findVms } from "./find.ts";
export { firstProtectedAt, type HistoryRow, listHistory } from "./history.ts";
export { findMovedVm } from "./moved.ts";
export {
  countFleet,
  type FleetScope,
  fleetFacets,
  getFleetVm,
  listFleet,
  listFleetIds,
  listVisibleRefs,
} from "./read.ts";
export * from "./view.ts";
export { listPredecessors, markVmDeleted } from "./work.ts";
export {
  countUnseenVms,
  type DiscoveredVm,
  findStoredVm,
  listUnseenVms,
  markVmGone,
  noteVmProblem,
  type StoredVm,
  type UnseenVm,
  upsertVm,
} from "./write.ts";
