/**
 * Every call that Kluis makes to Azure: in words, as messages name it, with the operations of Azure that it sends. The list is closed:
 * a call with other words does not compile, and the matrix of refusals (engine/test/matrix) is total over the operations.
 */
export const azureCalls = {
  "list subscriptions": ["subscriptions.list"],
  "list permissions": ["permissions.listForScope"],
  "list virtual machines": ["virtualMachines.listAll"],
  "list the states of virtual machines": ["virtualMachines.listAll"],
  "list VM sizes": ["resourceSkus.list"],
  "list disks": ["disks.list"],
  "list restore point collections": ["restorePointCollections.listAll"],
  "read the virtual machine": ["virtualMachines.get"],
  "read the VM's user data": ["virtualMachines.get"],
  "list the VM's extensions": ["virtualMachineExtensions.list"],
  "read the network interface": ["networkInterfaces.get"],
  "read the disk": ["disks.get"],
  "read the snapshot extension": ["virtualMachineExtensions.get"],
  "install the snapshot extension": ["virtualMachineExtensions.createOrUpdate", "operations.get"],
  "set the VSS backup type of the guest": ["virtualMachines.runCommand", "operations.get"],
  "read the guest's services and programs": ["virtualMachines.runCommand", "operations.get"],
  "check the scripts of the guest": ["virtualMachines.runCommand", "operations.get"],
  "place the scripts in the guest": ["virtualMachines.runCommand", "operations.get"],
  "remove the scripts from the guest": ["virtualMachines.runCommand", "operations.get"],
  "read what the guest's scripts did": ["virtualMachines.runCommand", "operations.get"],
  "read the restore point collection": ["restorePointCollections.get"],
  "create the restore point collection": ["restorePointCollections.createOrUpdate"],
  "read the restore point": ["restorePoints.get"],
  "create the restore point": ["restorePoints.create", "operations.get"],
  "read the disk's restore point": ["diskRestorePoint.get"],
  "list the disk restore points": ["diskRestorePoint.listByRestorePoint"],
  "get read access to the disk": ["diskRestorePoint.grantAccess", "snapshots.grantAccess", "operations.get"],
  "end read access to the disk": [
    "diskRestorePoint.revokeAccess",
    "snapshots.revokeAccess",
    "operations.get",
  ],
  "delete the failed restore point": ["restorePoints.delete", "operations.get"],
  "delete the restore point": ["restorePoints.delete", "operations.get"],
  "delete the restore point collection": ["restorePointCollections.delete", "operations.get"],
  "list disk snapshots": ["snapshots.list"],
  "read the disk snapshot": ["snapshots.get"],
  "create the disk snapshot": ["snapshots.createOrUpdate", "operations.get"],
  "delete the failed disk snapshot": ["snapshots.delete", "operations.get"],
  "delete the disk snapshot": ["snapshots.delete", "operations.get"],
  "open the disk": ["blob.head"],
  "read the disk's data": ["blob.get"],
  "list the disk's written ranges": ["blob.pagelist"],
  "list what changed since the older snapshot": ["blob.pagelist"],
  "read the disk encryption set": ["diskEncryptionSets.get"],
  "read the disk access": ["diskAccesses.get"],
  "create the disk": ["disks.createOrUpdate", "operations.get"],
  "get write access to the disk": ["disks.grantAccess", "operations.get"],
  "write the disk": ["blob.putPage"],
  "end the upload to the disk": ["disks.revokeAccess", "operations.get"],
  "set the network access of the disk": ["disks.update", "operations.get"],
  "delete the disk": ["disks.delete", "operations.get"],
} as const satisfies Readonly<Record<string, readonly [string, ...string[]]>>;

/** A call in words. */
export type AzureCall = keyof typeof azureCalls;
/** An operation of Azure that Kluis sends, by the name that the local Azure and the SDK give it. */
export type AzureCallOperation = (typeof azureCalls)[AzureCall][number];
