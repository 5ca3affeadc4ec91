/** Refusals of the Compute provider and the disk provider. */
import { conditions } from "../guest/conditions.ts";
import {
  allocations,
  computeWrites,
  diskGrants,
  encrypted,
  everyChange,
  everyCreate,
  grants,
  inBoth,
  inGuest,
  inOperation,
  type Refusal,
  revokes,
  row,
  snapshotCreation,
  usuallyInOperation,
  vmChanges,
} from "./refusal-kinds.ts";
import type { RefusalName } from "./refusal-names.ts";

const AGAIN = "Please try again later.";

export const computeRefusals = {
  TooManyRequests: row(429, "OperationNotAllowed")(
    computeWrites,
    "The server rejected the request because too many requests have been received for this subscription.",
    { retryAfterSeconds: 60, detail: "TooManyRequests" },
  ),
  AnotherOperationInProgress: row(409, "AnotherOperationInProgress")(
    computeWrites,
    ({ name }) => `Another operation on '${name}' is in progress. ${AGAIN}`,
  ),
  Conflict: row(409, "Conflict")(
    computeWrites,
    "The request failed due to conflict with a concurrent request. To resolve it, please refer to https://aka.ms/activitylog to get more details on the conflicting requests.",
  ),
  OperationNotAllowed: row(409, "OperationNotAllowed")(
    computeWrites,
    ({ name }) => `The operation is not allowed on '${name}' since another operation is in progress.`,
    inBoth,
  ),
  PropertyChangeNotAllowed: row(409, "PropertyChangeNotAllowed")(
    everyChange,
    "Changing property 'osDisk.name' is not allowed.",
  ),
  QuotaExceeded: row(409, "QuotaExceeded")(
    everyCreate,
    ({ location }) =>
      `Operation could not be completed as it results in exceeding approved Total Regional Cores quota. Additional details - Deployment Model: Resource Manager, Location: ${location}, Current Limit: 10, Current Usage: 10, Additional Required: 2, (Minimum) New Limit Required: 12.`,
  ),
  ResourceQuotaExceeded: row(409, "ResourceQuotaExceeded")(
    everyCreate,
    ({ type }) =>
      `Creating the resource of type '${type}' would exceed the quota of '800' resources of type '${type}' per resource group. The current resource count is '800', please delete some resources of this type before creating a new one.`,
  ),
  SkuNotAvailable: row(409, "SkuNotAvailable")(
    everyCreate,
    ({ location }) =>
      `The requested size for resource is currently not available in location '${location}' zones '' for subscription. Please try another size or deploy to a different location or zones. See https://aka.ms/azureskunotavailable for details.`,
  ),
  AllocationFailed: row(409, "AllocationFailed")(
    allocations,
    "Allocation failed. We do not have sufficient capacity for the requested VM size in this region. Read more about improving likelihood of allocation success at https://aka.ms/allocation-guidance",
    usuallyInOperation,
  ),
  ZonalAllocationFailed: row(409, "ZonalAllocationFailed")(
    allocations,
    "Allocation failed. We do not have sufficient capacity for the requested VM size in this zone. Read more about improving likelihood of allocation success at https://aka.ms/allocation-guidance",
    usuallyInOperation,
  ),
  OverconstrainedAllocationRequest: row(409, "OverconstrainedAllocationRequest")(
    allocations,
    "Allocation failed. VM(s) with the following constraints cannot be allocated, because the condition is too restrictive. Please remove some constraints and try again.",
    usuallyInOperation,
  ),
  InternalOperationError: row(500, "InternalOperationError")(
    computeWrites,
    `An internal execution error occurred. Please retry later.`,
    usuallyInOperation,
  ),
  InternalExecutionError: row(500, "InternalExecutionError")(
    computeWrites,
    conditions["internal-execution-error"].message,
    usuallyInOperation,
  ),
  DiskAttachedToRunningVm: row(409, "Conflict")(
    diskGrants,
    ({ name }) =>
      `Access to disk ${name} is not permitted because the disk is attached to a running VM. Please deallocate or stop the VM and try again.`,
  ),
  NetworkAccessPolicyDenyAll: row(409, "OperationNotAllowed")(
    grants,
    ({ name }) => `The network access policy of '${name}' is DenyAll, so its data cannot be accessed.`,
  ),
  TooManyActiveSas: row(409, "OperationNotAllowed")(
    grants,
    "At most 5 incremental snapshots of one snapshot family can have an active SAS at the same time. Revoke one first.",
  ),
  SnapshotLimitReached: row(409, "OperationNotAllowed")(
    snapshotCreation,
    "The number of incremental snapshots of the disk has reached its limit of 500. Please delete some and retry.",
  ),
  KeyVaultAccessForbidden: row(400, "KeyVaultAccessForbidden")(
    encrypted,
    "Unable to access key vault resource to enable encryption at rest. Please grant get, wrap and unwrap key permissions to disk encryption set. Please visit https://aka.ms/keyvaultaccessssecmk for more information.",
    usuallyInOperation,
  ),
  InvalidVhd: row(400, "InvalidVhd")(
    revokes,
    ({ name }) =>
      `The specified cookie value in VHD footer indicates that disk '${name}' is not a supported VHD. Disk is expected to have cookie value 'conectix'.`,
    usuallyInOperation,
  ),
  DiskOwnedByAnotherVm: row(409, "ConflictingUserInput")(
    vmChanges,
    ({ name }) => `Disk cannot be attached to '${name}' as the disk is already owned by another VM.`,
  ),
  AttachDiskWhileBeingDetached: row(409, "AttachDiskWhileBeingDetached")(
    vmChanges,
    ({ name }) =>
      `Cannot attach data disk to VM '${name}' because the disk is currently being detached. Please wait until the disk is completely detached and then try again.`,
  ),
  TooManyDataDisks: row(409, "OperationNotAllowed")(
    vmChanges,
    "The maximum number of data disks allowed to be attached to a VM of this size is 4.",
  ),
  ZoneMismatch: row(400, "BadRequest")(
    vmChanges,
    ({ name }) => `Disk cannot be attached to the VM '${name}' because it is not in zone '1'.`,
  ),
  VMStartTimedOut: row(409, "VMStartTimedOut")(
    allocations,
    ({ name }) =>
      `VM '${name}' did not start in the allotted time. The VM may still start successfully. Please check the power state later.`,
    inOperation,
  ),
  OSProvisioningTimedOut: row(409, "OSProvisioningTimedOut")(
    allocations,
    ({ name }) =>
      `OS Provisioning for VM '${name}' did not finish in the allotted time. The VM may still finish provisioning successfully. Please check provisioning state later.`,
    inOperation,
  ),
  VMNotRunning: row(409, "OperationNotAllowed")(
    inGuest,
    "The operation requires the VM to be running (or set to run).",
  ),
} as const satisfies Partial<Record<RefusalName, Refusal>>;
