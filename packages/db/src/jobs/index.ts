export { type PolicyLoad, readPolicyLoad } from "./bandwidth.ts";
export { askJobToCancel, queuedTaskExists } from "./control.ts";
export * from "./dispatch.ts";
export { holdJob, isJobAt, type JobFence, JobMovedError, moveJob } from "./fence.ts";
export * from "./forecast.ts";
export { listLostSegments } from "./lost-segments.ts";
export * from "./plan.ts";
export * from "./plan-list.ts";
export {
  findJobViews,
  getJobDetail,
  type JobFilter,
  listJobViews,
} from "./read.ts";
export {
  addWarning,
  changeStep,
  condemnJob,
  countRetry,
  endJob,
  setStage,
  setStepNotice,
  startWorkJob,
} from "./timeline.ts";
export {
  addJobDisks,
  addSegments,
  clearPlan,
  countOpenSegments,
  countProgress,
  type ExtentTuple,
  finishEmptyDisks,
  finishSegment,
  isSegmentOpen,
  listJobDisks,
  listSegmentNodes,
  loadSegment,
  noStats,
  setDiskPlan,
  setDiskRoot,
  setJobDisks,
  startSegment,
  type TransferStats,
  type WorkDisk,
  type WorkSegment,
} from "./transfer.ts";
export * from "./transfer-stage.ts";
export * from "./view.ts";
export {
  listOpenAmong,
  listOpenJobs,
  loadWorkJob,
  readJobFlags,
  saveMemory,
  type WorkJob,
  type WorkPolicy,
  type WorkVm,
} from "./work.ts";
export { createJob, type NewJob, openBackupJob } from "./write.ts";
export { createJobs, openBackupJobs } from "./write-many.ts";
