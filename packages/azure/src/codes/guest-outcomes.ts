/** Outcomes of failures inside the guest and on the way to the bytes of its disks. */
import { type Outcome, setup } from "./outcome.ts";

export const guestOutcomes = {
  // The guest and its extensions
  agent: {
    code: "AGENT_NOT_READY",
    reason: "reported",
    retry: "backoff",
    action: "Check the VM agent in the guest and its access to 168.63.129.16.",
  },
  extension: {
    code: "EXTENSION_FAILED",
    reason: "reported",
    retry: "backoff",
    action: "Check the extension's status on the VM's page in Azure.",
  },
  "extension-missing": {
    code: "EXTENSION_FAILED",
    reason: "not-published",
    retry: "never",
    action: "Azure does not publish this extension in the region or cloud of the VM.",
  },
  "extension-other": {
    code: "EXTENSION_FAILED",
    reason: "other-installed",
    retry: "never",
    action: "Remove the extension of the same type that has another name, or keep using its backup product.",
  },
  vss: {
    code: "GUEST_FAILED",
    reason: "vss-writers",
    retry: "bounded",
    action: "Restart the services of the failed VSS writers (vssadmin list writers), then the VM.",
  },
  "com-plus": {
    code: "GUEST_FAILED",
    reason: "com-plus",
    retry: "bounded",
    action: 'Restart the service "COM+ System Application" in the guest, then the VM if it persists.',
  },
  transactions: {
    code: "GUEST_FAILED",
    reason: "transactions",
    retry: "bounded",
    action: 'Start the service "Distributed Transaction Coordinator" in the guest as Network Service.',
  },
  runtime: {
    code: "GUEST_FAILED",
    reason: "runtime",
    retry: "bounded",
    action: "Install the Visual C++ Redistributable that Azure names in the guest, then restart the VM.",
  },
  "guest-resources": {
    code: "GUEST_FAILED",
    reason: "resources",
    retry: "bounded",
    action: "Free memory and CPU in the guest, or choose a larger VM size.",
  },
  "guest-network": {
    code: "GUEST_FAILED",
    reason: "network",
    retry: "bounded",
    action: "Let the guest reach 168.63.129.16 and Azure's addresses, or correct its proxy settings.",
  },
  scripts: {
    code: "GUEST_FAILED",
    reason: "scripts",
    retry: "bounded",
    action: "Correct the pre and post scripts that Azure names, their owner and their mode in the guest.",
  },
  guest: {
    code: "GUEST_FAILED",
    reason: "reported",
    retry: "bounded",
    action: "Correct in the guest what Azure reports.",
  },
  // The bytes of disks
  "access-ended": {
    code: "AZURE_SAS_EXPIRED",
    retry: "bounded",
    action: "Access to the disk ended. Kluis renews it automatically.",
  },
  "access-network": {
    code: "DISK_ACCESS_REFUSED",
    reason: "network",
    retry: "never",
    action: `Let Kluis reach the disk: a private endpoint of its disk access, or public network access. ${setup}`,
  },
  "access-entra": {
    code: "DISK_ACCESS_REFUSED",
    reason: "entra",
    retry: "never",
    action: "The disk accepts only users of Entra. Set its data access authentication mode to None.",
  },
  "access-permission": {
    code: "DISK_ACCESS_REFUSED",
    reason: "permission",
    retry: "never",
    action: "The access URL does not allow this operation. Start the job again.",
  },
  "access-account": {
    code: "DISK_ACCESS_REFUSED",
    reason: "account",
    retry: "never",
    action: "Azure disabled the disk's storage. Check the subscription and the disk.",
  },
  "access-not-renewed": {
    code: "DISK_ACCESS_REFUSED",
    reason: "not-renewed",
    retry: "bounded",
    action:
      "New access is refused as well. Check the disk's data access authentication mode, and whether someone revokes access.",
  },
  "access-unknown": {
    code: "DISK_ACCESS_REFUSED",
    reason: "unknown",
    retry: "bounded",
    action: "Read what Azure reports. Kluis tries again for some minutes.",
  },
  base: {
    code: "DELTA_BASE_INVALID",
    reason: "refused",
    retry: "never",
    action: "No action needed: this backup reads every allocated block instead.",
  },
} as const satisfies Readonly<Record<string, Outcome>>;
