/**
 * The rows of the matrix: every operation that Kluis sends to Azure and to a vault. The record is total over the closed list of
 * calls (azure/src/calls.ts) and over the port to a vault's storage, so a call that is forgotten here does not compile.
 */
import type { AzureCallOperation } from "@kluis/azure";
import type { BlobStore } from "@kluis/vault";

/** What the port to a vault's storage can do. */
export type VaultCall = `vault.${Exclude<keyof BlobStore, "description" | "place" | "fileOf">}`;
export type OperationName = AzureCallOperation | VaultCall;

/** A job with its own VM or disk: the refusal concerns only this one. */
export const jobTriggers = ["backup", "restore", "delete-point"] as const;
export type JobTrigger = (typeof jobTriggers)[number];
/** Work for a whole subscription or vault. */
export const workTriggers = ["discover", "sweep", "collect", "connection-test"] as const;
export type WorkTrigger = (typeof workTriggers)[number];
export type Trigger = JobTrigger | WorkTrigger;

export type Surface = "arm" | "blob" | "vault";

interface Spec {
  /** What makes the engine send it. */
  readonly by: Trigger;
  /** The VM that makes the engine send it: `single-disks` is stopped, and Azure creates no restore point of its size. Default: Linux. */
  readonly vm?: "windows" | "single-disks";
  /** Another refusal for as long, without which the engine would not send it. */
  readonly beside?: {
    readonly operation: AzureCallOperation;
    readonly status: number;
    readonly code: string;
  };
  /** What the restore must request. */
  readonly restore?: "deny-all" | "encryption-set";
  /** A place that no VM was read in before: Kluis keeps the sizes of a place for hours. */
  readonly elsewhere?: true;
}

/** Why no case sends it. */
interface Unreached {
  readonly unreached: string;
}

const specs: Readonly<Record<OperationName, Spec | Unreached>> = {
  "subscriptions.list": { by: "connection-test" },
  "permissions.listForScope": { by: "connection-test" },
  "virtualMachines.listAll": { by: "discover" },
  "resourceSkus.list": { by: "discover", elsewhere: true },
  "disks.list": { by: "discover" },
  "virtualMachines.get": { by: "backup" },
  "virtualMachineExtensions.list": { by: "backup" },
  "networkInterfaces.get": { by: "backup" },
  "disks.get": { by: "backup" },
  "virtualMachineExtensions.get": { by: "backup" },
  "virtualMachineExtensions.createOrUpdate": { by: "backup" },
  "virtualMachines.runCommand": { by: "backup", vm: "windows" },
  "restorePointCollections.get": { by: "backup" },
  "restorePointCollections.createOrUpdate": { by: "backup" },
  "restorePoints.create": { by: "backup" },
  "restorePoints.get": { by: "backup" },
  "operations.get": { by: "backup" },
  "diskRestorePoint.get": { by: "backup" },
  "diskRestorePoint.grantAccess": { by: "backup" },
  // Only a snapshot that someone reads has its access ended, disk by disk, before it is deleted.
  "diskRestorePoint.listByRestorePoint": {
    by: "backup",
    beside: { operation: "restorePoints.delete", status: 409, code: "DiskRestorePointUsedByCustomer" },
  },
  "diskRestorePoint.revokeAccess": { by: "backup" },
  "restorePoints.delete": { by: "backup" },
  "restorePointCollections.delete": { by: "backup" },
  "restorePointCollections.listAll": { by: "sweep" },
  "snapshots.list": { by: "sweep" },
  "snapshots.get": { by: "backup", vm: "single-disks" },
  "snapshots.createOrUpdate": { by: "backup", vm: "single-disks" },
  "snapshots.grantAccess": { by: "backup", vm: "single-disks" },
  "snapshots.revokeAccess": { by: "backup", vm: "single-disks" },
  "snapshots.delete": { by: "backup", vm: "single-disks" },
  "blob.head": { by: "backup" },
  "blob.pagelist": { by: "backup" },
  "blob.get": { by: "backup" },
  "diskEncryptionSets.get": { by: "restore", restore: "encryption-set" },
  "diskAccesses.get": {
    unreached: "The local Azure has no private endpoint, so there is no point of a private disk to restore.",
  },
  "disks.createOrUpdate": { by: "restore" },
  "disks.grantAccess": { by: "restore" },
  "blob.putPage": { by: "restore" },
  "disks.revokeAccess": { by: "restore" },
  "disks.update": { by: "restore", restore: "deny-all" },
  "disks.delete": {
    by: "restore",
    restore: "deny-all",
    beside: { operation: "disks.update", status: 403, code: "AuthorizationFailed" },
  },
  "vault.put": { by: "backup" },
  "vault.head": {
    unreached:
      "Backup, restore and collection read and list instead. A verification reads sizes; its own tests refuse that.",
  },
  "vault.get": { by: "restore" },
  "vault.list": { by: "collect" },
  "vault.delete": { by: "delete-point" },
};

export interface Operation extends Spec {
  /** Its name in the local Azure; `vault.*` for the storage of the vault. */
  readonly name: OperationName;
  readonly surface: Surface;
}

function surfaceOf(name: OperationName): Surface {
  const [first] = name.split(".");
  return first === "vault" || first === "blob" ? first : "arm";
}

const names: ReadonlySet<string> = new Set(Object.keys(specs));

export function isOperationName(name: string): name is OperationName {
  return names.has(name);
}

/** All operations that a case reaches. */
export const operations: readonly Operation[] = Object.entries(specs).flatMap(([name, spec]) =>
  isOperationName(name) && "by" in spec ? [{ name, surface: surfaceOf(name), ...spec }] : [],
);

/** Operations of the list that no case reaches, with the reason. */
export const unreached: ReadonlyMap<OperationName, string> = new Map(
  Object.entries(specs).flatMap(([name, spec]) =>
    isOperationName(name) && "unreached" in spec ? [[name, spec.unreached] as const] : [],
  ),
);

export function isWorkTrigger(trigger: Trigger): trigger is WorkTrigger {
  return workTriggers.some((one) => one === trigger);
}
