/** The public interface of `@kluis/azure`. */
export { parseArmId } from "./arm-id.ts";
export { type AzureCallOperation, azureCalls } from "./calls.ts";
export { type ConnectionFindings, checkConnection, type SeenSubscription } from "./check-connection.ts";
export {
  type AzureConfig,
  type AzureCredentialConfig,
  parseAzureEnv,
  parseAzureProcessEnv,
} from "./config.ts";
export { type AzureConnection, type AzureDirectory, connect, probe } from "./connection.ts";
export {
  deleteEmptyCollection,
  pollDeleteRestorePoint,
  startDeleteRestorePoint,
} from "./delete-restore-point.ts";
export {
  hasDiskSnapshot,
  pollDeleteDiskSnapshot,
  pollDiskSnapshot,
  startDeleteDiskSnapshot,
  startDiskSnapshot,
} from "./disk-snapshots.ts";
export { findDisks, hasDisk, inspectDisks, vmFactsOf } from "./disks.ts";
export { pollExtension, snapshotExtension, startExtension } from "./extension.ts";
export { grantRead, grantWrite, revokeRead } from "./grants.ts";
export { pollGuestFacts, startGuestFacts } from "./guest-facts.ts";
export {
  type GuestAnswer,
  type GuestScriptsWork,
  pollGuestScripts,
  scriptFilesOf,
  scriptOutcomeOf,
  startGuestScripts,
} from "./guest-scripts.ts";
export { pollVssType, startVssType, type VssSetting, type VssType } from "./guest-vss.ts";
export { createHttpClient } from "./http.ts";
export {
  describeMachine,
  type ListedDisk,
  type ListedMachine,
  type ListedState,
  type ListedVm,
  listDiskFacts,
  listMachines,
  listVmStates,
  parseListedDisk,
  parseListedState,
} from "./inventory.ts";
export { keyVaultFromEnv } from "./key-vault.ts";
export { secretLogPaths } from "./log-secrets.ts";
export { diskSnapshotId, isDiskSnapshotId, restorePointIds } from "./names.ts";
export { type AzureOperation, azureOperationSchema, type Poll } from "./operation.ts";
export { listOwnedCollections, listOwnedDisks, listOwnedSnapshots, readOwnedPoints } from "./owned.ts";
export {
  type PageRangesDiffInput,
  type PageRangesInput,
  pageRangeSlices,
  pageRanges,
  pageRangesDiff,
  pageRangesDiffSlices,
  type RangeSlice,
} from "./page-ranges.ts";
export { openPageWriter, type PageWriter, type PageWriterOptions } from "./page-writer.ts";
export { requiredActions } from "./required-actions.ts";
export { getRestorePoint, hasRestorePoint, pollRestorePoint, startRestorePoint } from "./restore-points.ts";
export { requireDiskDependencies } from "./restored-disk.ts";
export { redactSecrets, Sas } from "./sas.ts";
export { openSasDisk, type SasDiskOptions } from "./sas-disk.ts";
export type {
  DiskFinding,
  DiskRestorePointFacts,
  DiskSlot,
  DiskSnapshotFacts,
  DiskSnapshotRequest,
  ExtensionState,
  Grant,
  Json,
  OwnedResource,
  RestorePointFacts,
  RestorePointRequest,
  UploadDiskRequest,
  VmDetails,
  VmDiskRef,
  VmInfo,
  VmStateView,
  WindowsGuestFacts,
} from "./types.ts";
export {
  type DiskRemoval,
  pollDeleteDisk,
  pollFinishUpload,
  pollSetAccess,
  pollUploadDisk,
  revokeWrite,
  startDeleteDisk,
  startFinishUpload,
  startSetAccess,
  startUploadDisk,
} from "./upload-disk.ts";
export { readVmConfiguration } from "./vm-configuration.ts";
export { findAzureVmId, getVm, requireVm } from "./vms.ts";
