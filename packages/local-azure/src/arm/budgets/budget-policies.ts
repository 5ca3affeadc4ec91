/**
 * The request budgets of Azure: which policies a call is charged to, and how large their buckets are.
 * Sources: learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling and
 * …/virtual-machines/compute-throttling-limits; names and buckets of restore points and disks as recorded
 * in the headers of azure-cli's tests. Refills that no page gives are a third of the bucket per minute,
 * as in every row of the Compute page.
 */

/** A token bucket. */
export interface Policy {
  name: string;
  /** Whose requests share the bucket: those on one VM, collection or disk, or of the subscription. */
  scope: "resource" | "subscription";
  bucket: number;
  perMinute: number;
}

/** The kinds of requests that the front door counts. */
export type FrontDoorKind = "reads" | "writes" | "deletes";

/** Tokens and refill per second of one principal in one subscription. */
export const frontDoor: Readonly<Record<FrontDoorKind, { bucket: number; perSecond: number }>> = {
  reads: { bucket: 250, perSecond: 25 },
  writes: { bucket: 200, perSecond: 10 },
  deletes: { bucket: 200, perSecond: 10 },
};
/** All principals of a subscription together have this many times the tokens of one. */
export const GLOBAL_FACTOR = 15;

function policy(scope: Policy["scope"], name: string, bucket: number): Policy {
  return { name, scope, bucket, perMinute: bucket / 3 };
}

/**
 * A policy of the Compute provider with a bucket per resource and one per subscription. The header has
 * them in this order for restore points and operations, and in the other one for VMs.
 */
function compute(name: string, perResource: number, perSubscription: number): Policy[] {
  return [
    policy("resource", `${name}Resource`, perResource),
    policy("subscription", `${name}SubscriptionMaximum`, perSubscription),
  ];
}

function ofVm(name: string, perResource: number, perSubscription: number): Policy[] {
  return compute(name, perResource, perSubscription).reverse();
}

/** A policy of the disk provider: what may be used in 3 and in 30 minutes. */
function disk(name: string, in3Minutes: number, in30Minutes: number): Policy[] {
  return [
    { name: `${name}3Min`, scope: "subscription", bucket: in3Minutes, perMinute: in3Minutes / 3 },
    { name: `${name}30Min`, scope: "subscription", bucket: in30Minutes, perMinute: in30Minutes / 30 },
  ];
}

const putVm = ofVm("PutVM", 12, 1500);
const updateVm = ofVm("UpdateVM", 12, 1500);
const deleteVm = ofVm("DeleteVM", 12, 1500);
const lowCostGet = ofVm("LowCostGet", 36, 24_000);
const highCostGet = [policy("subscription", "HighCostGetSubscriptionMaximum", 900)];
const getPoint = [policy("subscription", "LowCostGetRestorePointSubscriptionMaximum", 600)];
const deletePoint = [policy("subscription", "DeleteRestorePointSubscriptionMaximum", 360)];
const listPoints = [policy("subscription", "HighCostGetRestorePointSubscriptionMaximum", 300)];
const readDisk = disk("LowCostGet", 15_000, 120_000);
const listDisk = disk("HighCostGet", 240, 1920);
const writeDisk = disk("CreateUpdateDisks", 3000, 25_000);
const deleteDisk = disk("DeleteDisks", 3000, 24_000);
const writeSet = disk("CreateUpdateHighCostDiskEncryptionSet", 100, 300);
const useSnapshot = disk("HighCostSnapshotCreateHydrate", 1000, 8000);

/** Policies by the name of the call. A call without a row is charged to the front door only. */
export const policies: Readonly<Record<string, readonly Policy[]>> = {
  "virtualMachines.listAll": highCostGet,
  "virtualMachines.list": highCostGet,
  "virtualMachines.listByLocation": highCostGet,
  "virtualMachines.get": lowCostGet,
  "virtualMachines.instanceView": lowCostGet,
  "virtualMachines.createOrUpdate": putVm,
  "virtualMachines.update": updateVm,
  "virtualMachines.start": updateVm,
  "virtualMachines.powerOff": updateVm,
  "virtualMachines.restart": updateVm,
  "virtualMachines.reapply": updateVm,
  "virtualMachines.redeploy": updateVm,
  "virtualMachines.runCommand": updateVm,
  "virtualMachines.attachDetachDataDisks": updateVm,
  "virtualMachines.deallocate": deleteVm,
  "virtualMachines.delete": deleteVm,
  "virtualMachineRunCommands.listByVirtualMachine": lowCostGet,
  "virtualMachineRunCommands.getByVirtualMachine": lowCostGet,
  "virtualMachineRunCommands.createOrUpdate": updateVm,
  "virtualMachineRunCommands.update": updateVm,
  "virtualMachineRunCommands.delete": updateVm,
  "virtualMachineExtensions.list": lowCostGet,
  "virtualMachineExtensions.get": lowCostGet,
  "virtualMachineExtensions.createOrUpdate": updateVm,
  "virtualMachineExtensions.update": updateVm,
  "virtualMachineExtensions.delete": updateVm,
  "restorePointCollections.createOrUpdate": compute("PutRestorePointCollection", 15, 150),
  "restorePointCollections.update": compute("UpdateRestorePointCollection", 15, 150),
  "restorePointCollections.delete": deletePoint,
  "restorePointCollections.get": getPoint,
  "restorePointCollections.list": listPoints,
  "restorePointCollections.listAll": listPoints,
  "restorePoints.create": compute("PutRestorePoint", 6, 150),
  "restorePoints.delete": deletePoint,
  "restorePoints.get": getPoint,
  "diskRestorePoint.get": getPoint,
  "diskRestorePoint.listByRestorePoint": listPoints,
  "operations.get": compute("GetOperation", 45, 15_000),
  "diskOperations.get": disk("GetOperation", 50_000, 400_000),
  "disks.get": readDisk,
  "snapshots.get": readDisk,
  "diskEncryptionSets.get": readDisk,
  "disks.createOrUpdate": writeDisk,
  "disks.update": writeDisk,
  "disks.delete": deleteDisk,
  "snapshots.delete": deleteDisk,
  "diskEncryptionSets.createOrUpdate": writeSet,
  "diskEncryptionSets.update": writeSet,
  "diskAccesses.list": listDisk,
  "diskAccesses.listByResourceGroup": listDisk,
  "diskEncryptionSets.list": listDisk,
  "diskEncryptionSets.listByResourceGroup": listDisk,
  "disks.list": listDisk,
  "disks.listByResourceGroup": listDisk,
  "snapshots.list": listDisk,
  "snapshots.listByResourceGroup": listDisk,
  "snapshots.createOrUpdate": useSnapshot,
  "snapshots.update": useSnapshot,
  "snapshots.grantAccess": useSnapshot,
  "snapshots.revokeAccess": useSnapshot,
};
