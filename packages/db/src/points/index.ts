export { createCopy } from "./copy.ts";
export { findPointlessJob, isJobOpen, type PointlessJob } from "./known.ts";
export { pinPoint, unpinPoint } from "./pins.ts";
export {
  findLatestPointView,
  findPointViews,
  getPointDetail,
  listPointViews,
} from "./read.ts";
export { type PointReportScope, sumReportPoints, walkReportPoints } from "./report.ts";
export * from "./retention.ts";
export * from "./soft-delete.ts";
export * from "./soft-delete-vm.ts";
export {
  lockForVerification,
  type PointCoverage,
  setPointVerified,
  sumFound,
  sumMissing,
  type VerificationState,
} from "./verification.ts";
export * from "./verify-schedule.ts";
export {
  type PointReportRow,
  type PointReportTotals,
  type PointRow,
  pointReportTotals,
  pointRow,
  pointView,
  type StoredPoint,
} from "./view.ts";
export {
  createPoint,
  listReachedLevels,
  loadPoint,
  markPointDeleted,
  markPointDeleting,
  type NewPoint,
  type NewPointDisk,
  newestPoint,
  type PointDiskRef,
  type PointRef,
  previousManifest,
  previousPointTime,
  recordedManifestDigest,
} from "./work.ts";
