/** What a case is: one fact about Azure, where it is from, and calls that show it. */
import { expect } from "vitest";
import { type Answer, type Azure, errorCode, message } from "./azure.ts";

export interface Case {
  /** The fact, as a sentence. */
  says: string;
  /** Public source of the fact: a recording of the Azure CLI, a specification, a page or an issue. */
  source: string;
  run: (azure: Azure) => Promise<void>;
}

export interface Kind {
  name: string;
  /** Makes what the cases share. */
  seed: (azure: Azure) => Promise<void>;
  cases: readonly Case[];
}

/** Names of the recordings of azure-cli's tests, of specifications and pages. */
export const sources = {
  restorePoint: "azure-cli test_restore_point",
  pointCopy: "azure-cli test_copy_vm_restore_point",
  instantAccess: "azure-powershell TestRestorePointsInstantAccess",
  runCommand: "azure-cli test_vm_run_command_e2e",
  extension: "azure-cli test_vm_extension",
  authMode: "azure-cli test_disk_data_access_auth_mode",
  bursting: "azure-cli test_disk_bursting",
  configUpdate: "azure-cli test_disk_config_update",
  diskAccess: "azure-cli test_disk_access",
  managedDisk: "azure-cli test_vm_managed_disk",
  ultra: "azure-cli test_vm_ultra_ssd_disk_update",
  diskUpload: "azure-cli test_vm_disk_upload",
  performancePlus: "azure-cli test_performance_plus",
  completionPercent: "azure-cli test_completion_percent",
  snapshotAccess: "azure-cli test_snapshot_access",
  snapshotDefaults: "azure-cli test_disk_snapshot_hyper_v_generation_default_to_null",
  encryptionUpdate: "azure-cli test_disk_encryption_set_update",
  encryptionIdentity: "azure-cli test_disk_encryption_set_identity",
  doubleEncryption: "azure-cli test_disk_encryption_set_double_encryption",
  encryption: "azure-cli test_disk_encryption_set",
  specification: "azure-rest-api-specs Microsoft.Compute",
  armOperations: "azure-resource-manager/management/async-operations",
  armErrors: "azure-resource-manager/troubleshooting/common-deployment-errors",
  armLimits: "azure-resource-manager/management/request-limits-and-throttling",
  armTags: "azure-resource-manager/management/tag-resources",
  armLocks: "azure-resource-manager/management/lock-resources",
  policy: "azure/governance/policy/how-to/guest-errors",
  computeLimits: "virtual-machines/compute-throttling-limits",
  pointConcepts: "virtual-machines/concepts-restore-points",
  pointCreate: "virtual-machines/virtual-machines-create-restore-points",
  pointErrors: "virtual-machines/restore-point-troubleshooting",
  pointCopyPage: "virtual-machines/virtual-machines-copy-restore-points-how-to",
  pointManage: "virtual-machines/manage-restore-points",
  incremental: "virtual-machines/disks-incremental-snapshots",
  sas: "virtual-machines/disks-sas-change",
  upload: "virtual-machines/disks-upload-vhd-to-managed-disk-powershell",
  secure: "virtual-machines/disks-secure-upload-download",
  privateLink: "virtual-machines/disks-enable-private-links-for-import-export-portal",
  states: "virtual-machines/states-billing",
  runCommandPage: "virtual-machines/windows/run-command",
  pageRanges: "rest/api/storageservices/get-page-ranges",
  getBlob: "rest/api/storageservices/get-blob",
  putPage: "rest/api/storageservices/put-page",
  blobErrors: "rest/api/storageservices/blob-service-error-codes",
  roles: "role-based-access-control/troubleshooting",
} as const;

/** Requires a refusal with this status and code; `says` is part of its sentence. */
export function refused(
  answer: Answer,
  status: number,
  refusal: { code: string; says?: string | RegExp },
): void {
  expect(`${answer.status} ${errorCode(answer)}: ${message(answer)}`).toMatch(`${status} ${refusal.code}: `);
  const { says } = refusal;
  if (says === undefined) return;
  if (typeof says === "string") expect(message(answer)).toContain(says);
  else expect(message(answer)).toMatch(says);
}

export const guid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
/** Times as Compute writes them: up to seven digits of a second, with the offset. */
export const azureTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?\+00:00$/;
