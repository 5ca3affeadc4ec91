/** Outcomes of failures of resources, requests and Azure itself. */
import { type Outcome, triesAgain } from "./outcome.ts";

export const resourceOutcomes = {
  // Resources
  missing: {
    code: "AZURE_NOT_FOUND",
    reason: "resource",
    retry: "never",
    action: "Check that the resource still exists in Azure.",
  },
  "group-missing": {
    code: "AZURE_NOT_FOUND",
    reason: "resource-group",
    retry: "never",
    action: "Create the resource group, or choose another.",
  },
  "parent-missing": {
    code: "AZURE_NOT_FOUND",
    reason: "parent",
    retry: "never",
    action: "Check that the resource above it still exists in Azure.",
  },
  "operation-missing": {
    code: "AZURE_NOT_FOUND",
    reason: "operation",
    retry: "never",
    action: "Azure no longer knows the operation. Kluis reads the resource instead.",
  },
  busy: {
    code: "AZURE_CONFLICT",
    reason: "busy",
    retry: "state",
    action: `Another operation uses the resource. ${triesAgain}`,
  },
  "point-running": {
    code: "AZURE_CONFLICT",
    reason: "restore-point-running",
    retry: "state",
    action: `Another restore point of the VM is being created. ${triesAgain}`,
  },
  "vm-changed": {
    code: "AZURE_CONFLICT",
    reason: "vm-changed",
    retry: "state",
    action: `The VM changed during the snapshot. ${triesAgain}`,
  },
  "being-read": {
    code: "AZURE_CONFLICT",
    reason: "being-read",
    retry: "state",
    action: `Someone reads the disk. ${triesAgain}`,
  },
  "being-deleted": {
    code: "AZURE_CONFLICT",
    reason: "being-deleted",
    retry: "never",
    action: "The resource group is being deleted. Choose another.",
  },
  "vm-running": {
    code: "AZURE_CONFLICT",
    reason: "vm-running",
    retry: "never",
    action: "The disk is attached to a running VM. Stop the VM, or read a snapshot of the disk.",
  },
  exists: {
    code: "AZURE_CONFLICT",
    reason: "exists",
    retry: "never",
    action: "Choose another name: Azure has a resource with this one.",
  },
  "conflict-unknown": {
    code: "AZURE_CONFLICT",
    reason: "unknown",
    retry: "bounded",
    action: "Read what Azure reports. Kluis tries again for some minutes.",
  },
  throttled: {
    code: "AZURE_THROTTLED",
    reason: "connection",
    retry: "after",
    action: `Azure limits the number of requests. ${triesAgain}`,
  },
  // Requests
  request: {
    code: "AZURE_REJECTED",
    reason: "request",
    retry: "never",
    action: "Azure refuses the request: read its message.",
  },
  "shared-disk": {
    code: "AZURE_REJECTED",
    reason: "shared-disk",
    retry: "never",
    action: "Exclude the shared disk from the backup.",
  },
  "disk-not-allocated": {
    code: "AZURE_REJECTED",
    reason: "disk-not-allocated",
    retry: "never",
    action: "Exclude the disk that Azure could not allocate, or repair it.",
  },
  "encryption-key": {
    code: "AZURE_REJECTED",
    reason: "encryption-key",
    retry: "never",
    action: "Restore the key vault or key of the disk encryption set, and its access to the key.",
  },
  footer: {
    code: "AZURE_REJECTED",
    reason: "footer",
    retry: "never",
    action: "The uploaded disk has no valid VHD footer. Start the restore again.",
  },
  changed: {
    code: "AZURE_REJECTED",
    reason: "changed",
    retry: "never",
    action: "The snapshot changed while Kluis read it. Start the job again.",
  },
  "export-denied": {
    code: "AZURE_REJECTED",
    reason: "export-denied",
    retry: "never",
    action:
      "The disk's network access policy forbids export. Change it to allow access, or exclude the disk.",
  },
  property: {
    code: "AZURE_REJECTED",
    reason: "property",
    retry: "never",
    action: "Azure does not change this property of an existing resource.",
  },
  zone: {
    code: "AZURE_REJECTED",
    reason: "zone",
    retry: "never",
    action: "Choose the zone of the VM for the disk.",
  },
  "api-version": {
    code: "AZURE_REJECTED",
    reason: "api-version",
    retry: "never",
    action: "This cloud or region does not offer the API version that Kluis uses. Update Kluis.",
  },
  "storage-version": {
    code: "AZURE_REJECTED",
    reason: "storage-version",
    retry: "never",
    action:
      "Set KLUIS_AZURE_STORAGE_VERSION to a version that the disk endpoint accepts, such as 2019-12-12.",
  },
  "rejected-unknown": {
    code: "AZURE_REJECTED",
    reason: "unknown",
    retry: "bounded",
    action: "Read what Azure reports. Kluis tries again for some minutes.",
  },
  // Azure's own failures
  failed: {
    code: "AZURE_FAILED",
    reason: "reported",
    retry: "backoff",
    action: triesAgain,
  },
  canceled: {
    code: "AZURE_FAILED",
    reason: "canceled",
    retry: "bounded",
    action: `Someone or something in Azure canceled the operation. ${triesAgain}`,
  },
  unknown: {
    code: "AZURE_FAILED",
    reason: "unknown",
    retry: "bounded",
    action: "Read what Azure reports. Kluis tries again for some minutes.",
  },
  unreachable: {
    code: "AZURE_UNREACHABLE",
    retry: "backoff",
    action: `Check the network between Kluis and Azure. ${triesAgain}`,
  },
} as const satisfies Readonly<Record<string, Outcome>>;
