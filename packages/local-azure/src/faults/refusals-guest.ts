/** Refusals of restore points, extensions and run command. */
import type { ConditionName } from "../guest/condition-names.ts";
import { conditions } from "../guest/conditions.ts";
import {
  agentUsers,
  extensionChanges,
  inBoth,
  inOperation,
  pointCreation,
  pointDeletion,
  type Refusal,
  row,
  runCommand,
  usuallyInOperation,
} from "./refusal-kinds.ts";
import type { RefusalName } from "./refusal-names.ts";

/** A row with the answer that a condition of the VM gives a restore point. */
const condition = (name: ConditionName, places: Refusal["places"] = ["operation", "call"]): Refusal =>
  row(409, conditions[name].code)(pointCreation, conditions[name].message, { places });

export const guestRefusals = {
  VMAgentStatusCommunicationError: row(409, "VMAgentStatusCommunicationError")(
    agentUsers,
    "VM has not reported status for VM agent or extensions. Please verify the VM has a running VM agent, and can establish outbound connections to Azure storage.",
    usuallyInOperation,
  ),
  ConcurrentRestorePoint: row(409, "VMRestorePointClientError")(
    pointCreation,
    "RestorePoint creation failed since a concurrent 'Create RestorePoint' operation was triggered on the VM.",
    inBoth,
  ),
  RestorePointExists: row(409, "OperationNotAllowed")(
    pointCreation,
    ({ name }) => `Restore point '${name}' already exists and cannot be updated.`,
  ),
  SharedDisks: row(409, "VMRestorePointClientError")(
    pointCreation,
    "Creation of Restore Point of a Virtual Machine with Shared disks is not supported. You may exclude this disk from the restore point via excludeDisks property.",
    inBoth,
  ),
  SnapshotLimit: condition("snapshot-limit", ["call", "operation"]),
  VssWriters: condition("vss-writers"),
  ComError: condition("com-error"),
  ComMemoryQuota: condition("com-memory"),
  Msdtc: condition("msdtc"),
  VcRedistributable: condition("vc-redist"),
  VmResources: condition("vm-resources"),
  NoNetwork: condition("no-network"),
  VMRestorePointInternalError: condition("internal-error"),
  KeyVaultNotFound: condition("key-vault-missing"),
  KeyDenied: condition("key-denied"),
  VmChanged: condition("vm-changes"),
  DiskNotAllocated: condition("disk-not-allocated"),
  OSProvisioningClientError: condition("os-provisioning"),
  DiskRestorePointUsedByCustomer: row(409, "DiskRestorePointUsedByCustomer")(
    pointDeletion,
    "There is an active shared access signature outstanding for disk restore point. Call EndGetAccess before deleting the restore point.",
    inBoth,
  ),
  ArtifactNotFound: row(404, "ArtifactNotFound")(
    extensionChanges,
    ({ name }) => `The VM extension with publisher 'Contoso' and type '${name}' could not be found.`,
  ),
  ArtifactVersionNotFound: row(404, "ArtifactVersionNotFound")(
    extensionChanges,
    "No version found in the artifact repository that satisfies the requested version '1.9'.",
  ),
  MultipleExtensionsPerHandler: row(400, "BadRequest")(
    extensionChanges,
    ({ name }) =>
      `Multiple VMExtensions per handler not supported for OS type 'Windows'. VMExtension '${name}' with handler 'Microsoft.Azure.RecoveryServices.VMSnapshot' already added or specified in input.`,
  ),
  VMExtensionProvisioningError: row(409, "VMExtensionProvisioningError")(
    extensionChanges,
    ({ name }) =>
      `VM has reported a failure when processing extension '${name}'. Error message: "The handler ended with an error.".`,
    inOperation,
  ),
  VMExtensionProvisioningTimeout: row(409, "VMExtensionProvisioningTimeout")(
    extensionChanges,
    ({ name }) =>
      `Provisioning of VM extension '${name}' has timed out. Extension installation may be taking too long, or extension status could not be obtained.`,
    inOperation,
  ),
  VMExtensionHandlerNonTransientError: row(409, "VMExtensionHandlerNonTransientError")(
    extensionChanges,
    ({ name }) =>
      `Handler '${name}' has reported failure for VM Extension '${name}' with terminal error code '1009' and error message: 'Enable failed'`,
    inOperation,
  ),
  RunCommandInProgress: row(409, "Conflict")(
    runCommand,
    "Run command extension execution is in progress. Please wait for completion before invoking a run command.",
  ),
} as const satisfies Partial<Record<RefusalName, Refusal>>;
