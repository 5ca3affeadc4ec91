/** The calls that the engine makes: the rows of the matrix. */

/** The job that makes the call. */
export type Trigger = "backup" | "restore";

export type OperationName = `${string}.${string}`;

export interface Operation {
  /** Its name in the local Azure; `vault.*` for the store of the vault. */
  readonly name: OperationName;
  readonly surface: "arm" | "blob" | "vault";
  readonly trigger: Trigger;
  /** The guest that makes the engine send it. Default: linux. */
  readonly os?: "linux" | "windows";
}

const arm = (trigger: Trigger, name: OperationName, os?: Operation["os"]): Operation => ({
  name,
  surface: "arm",
  trigger,
  ...(os && { os }),
});
const blob = (trigger: Trigger, name: OperationName): Operation => ({
  name,
  surface: "blob",
  trigger,
});
const vault = (name: OperationName): Operation => ({
  name,
  surface: "vault",
  trigger: "backup",
});

export const operations: readonly Operation[] = [
  arm("backup", "virtualMachines.get"),
  arm("backup", "virtualMachineExtensions.list"),
  arm("backup", "networkInterfaces.get"),
  arm("backup", "disks.get"),
  arm("backup", "virtualMachineExtensions.get"),
  arm("backup", "virtualMachineExtensions.createOrUpdate"),
  arm("backup", "virtualMachines.runCommand", "windows"),
  arm("backup", "restorePointCollections.get"),
  arm("backup", "restorePointCollections.createOrUpdate"),
  arm("backup", "restorePoints.create"),
  arm("backup", "restorePoints.get"),
  arm("backup", "operations.get"),
  arm("backup", "diskRestorePoint.get"),
  arm("backup", "diskRestorePoint.grantAccess"),
  arm("backup", "diskRestorePoint.revokeAccess"),
  arm("backup", "restorePoints.delete"),
  arm("backup", "restorePointCollections.delete"),
  blob("backup", "blob.head"),
  blob("backup", "blob.pagelist"),
  blob("backup", "blob.get"),
  arm("restore", "disks.createOrUpdate"),
  arm("restore", "disks.grantAccess"),
  blob("restore", "blob.putPage"),
  arm("restore", "disks.revokeAccess"),
  vault("vault.put"),
  vault("vault.get"),
  vault("vault.head"),
];
