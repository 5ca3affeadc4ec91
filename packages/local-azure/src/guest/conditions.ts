/**
 * Conditions of a VM that make restore points fail, with the error that Azure documents. Codes and
 * sentences: learn.microsoft.com/azure/virtual-machines/restore-point-troubleshooting.
 */
import { ArmError } from "../arm/errors.ts";
import { type ConditionName, conditionNames } from "./condition-names.ts";
import type { Guest, WindowsGuest } from "./model.ts";

interface Condition {
  summary: string;
  /** `guest`: only restore points that use the guest fail. `platform`: crash-consistent ones too. */
  scope: "guest" | "platform";
  /** Only guests of this system can have it. */
  os?: "Windows";
  code: string;
  message: string;
}

const CLIENT = "VMRestorePointClientError";
const RESTART_COM =
  'Please restart windows service "COM+ System Application" (COMSysApp). If the issue persists, restart the VM.';

export const conditions: Record<ConditionName, Condition> = {
  "com-error": {
    summary: "the COM+ System Application does not work",
    scope: "guest",
    os: "Windows",
    code: CLIENT,
    message: `Restore Point creation failed due to COM+ error. ${RESTART_COM}`,
  },
  "com-memory": {
    summary: "COM+ has no memory left in its quota",
    scope: "guest",
    os: "Windows",
    code: CLIENT,
    message: `Restore Point creation failed due to insufficient memory available in COM+ memory quota. ${RESTART_COM}`,
  },
  msdtc: {
    summary: "the Distributed Transaction Coordinator is stopped or has another account",
    scope: "guest",
    os: "Windows",
    code: CLIENT,
    message:
      'Restore Point creation failed with the error "COM+ was unable to talk to the Microsoft Distributed Transaction Coordinator".',
  },
  "vss-writers": {
    summary: "VSS writers are in a bad state before the snapshot",
    scope: "guest",
    os: "Windows",
    code: CLIENT,
    message:
      "Restore Point creation failed due to VSS Writers in bad state. Restart VSS Writer services and reboot VM.",
  },
  "vc-redist": {
    summary: "the Visual C++ redistributable cannot be installed",
    scope: "guest",
    os: "Windows",
    code: CLIENT,
    message:
      "Restore Point creation failed due to failure in installation of Visual C++ Redistributable for Visual Studio 2012. Please install Visual C++ Redistributable for Visual Studio 2012. If you are observing issues with installation or if it is already installed and you are observing this error, please restart the VM to clean installation issues.",
  },
  "vm-resources": {
    summary: "the VM is too small",
    scope: "guest",
    code: CLIENT,
    message:
      "Restore Point creation failed due to inadequate VM resources. Increase VM resources by changing the VM size and retry the operation. To resize the virtual machine, refer https://azure.microsoft.com/blog/resize-virtual-machines/.",
  },
  "no-network": {
    summary: "the VM has no network",
    scope: "guest",
    code: CLIENT,
    message:
      "Restore Point creation failed due to no network connectivity on the virtual machine. Ensure that VM has network access. Either allowlist the Azure datacenter IP ranges or set up a proxy server for network access. For more information, see https://go.microsoft.com/fwlink/?LinkId=800034. If you are already using proxy server, make sure that proxy server settings are configured correctly.",
  },
  "application-control": {
    summary: "an application control program blocks IaaSBcdrExtension.exe",
    scope: "guest",
    code: "VMRestorePointInternalError",
    message:
      "Restore Point creation failed due to an internal execution error while creating VM snapshot. Please retry the operation after some time.",
  },
  "snapshot-limit": {
    summary: "a disk has all snapshots that it may have",
    scope: "platform",
    code: CLIENT,
    message:
      "Restore Point creation failed as the maximum allowed snapshot limit of one or more disk blobs has been reached. Please delete some existing restore points of this VM and then retry.",
  },
  "internal-error": {
    summary: "the platform fails while it takes the snapshot",
    scope: "platform",
    code: "VMRestorePointInternalError",
    message:
      "Restore Point creation failed due to an internal execution error while creating VM snapshot. Please retry the operation after some time.",
  },
  "internal-execution-error": {
    summary: "the platform fails",
    scope: "platform",
    code: "InternalExecutionError",
    message: "An internal execution error occurred. Please retry later.",
  },
  "key-vault-missing": {
    summary: "the key vault of a disk encryption set is missing",
    scope: "platform",
    code: "DiskRestorePointClientError",
    message:
      "Keyvault associated with DiskEncryptionSet not found. The resource may have been deleted due to which Restore Point creation failed. Please retry the operation after re-creating the missing resource with the same name.",
  },
  "key-denied": {
    summary: "a disk encryption set may not use its key",
    scope: "platform",
    code: "DiskRestorePointClientError",
    message:
      "The DiskEncryptionSet does not have access to the key in its Keyvault due to which Restore Point creation failed. Please grant the access and retry the operation.",
  },
  "vm-changes": {
    summary: "the VM changes while a restore point is created",
    scope: "platform",
    code: "OperationNotAllowed",
    message:
      "Changes were made to the Virtual Machine while the operation 'Create Restore Point' was in progress. Operation Create Restore Point cannot be completed at this time. Please try again later.",
  },
  "disk-not-allocated": {
    summary: "a disk is not allocated",
    scope: "platform",
    code: "OperationNotAllowed",
    message:
      "Operation 'Create Restore Point' is not allowed as disk(s) have not been allocated successfully. Please exclude these disk(s) using excludeDisks property and retry.",
  },
  "os-provisioning": {
    summary: "the operating system was not provisioned",
    scope: "guest",
    code: "OSProvisioningClientError",
    message:
      "OS Provisioning did not finish in the allotted time. This error occurred too many times consecutively from image. Make sure the image has been properly prepared (generalized).",
  },
  allocation: {
    summary: "the platform has no capacity for the VM",
    scope: "platform",
    code: "AllocationFailed",
    message:
      "Allocation failed. If you are trying to add a new VM to an Availability Set or update/resize an existing VM in an Availability Set, please note that such Availability Set allocation is scoped to a single cluster, and it is possible that the cluster is out of capacity.",
  },
};

export function conditionError(name: ConditionName): ArmError {
  const { code, message } = conditions[name];
  return new ArmError({ status: 409, code }, message);
}

/** Fails a restore point for the first condition of the VM, if it has one. @throws ArmError */
export function refuseCondition(guest: Guest, scope: Condition["scope"]): void {
  const present = new Set(guest.conditions);
  if (guest.windows && scope === "guest")
    for (const name of shownByServices(guest.windows)) present.add(name);
  for (const name of conditionNames)
    if (present.has(name) && conditions[name].scope === scope) throw conditionError(name);
}

/** Conditions that the guest's own services and writers show. */
function shownByServices(windows: WindowsGuest): ConditionName[] {
  const service = (name: string): WindowsGuest["services"][number] | undefined =>
    windows.services.find((candidate) => candidate.name.toLowerCase() === name);
  const found: ConditionName[] = [];
  if (service("comsysapp")?.startType === "Disabled") found.push("com-error");
  const msdtc = service("msdtc");
  const account = msdtc?.logOnAs ?? "NetworkService";
  if (msdtc && (msdtc.status === "Stopped" || !/network ?service$/i.test(account))) found.push("msdtc");
  if (windows.vssWriters.some((writer) => writer.state !== "Stable")) found.push("vss-writers");
  return found;
}
