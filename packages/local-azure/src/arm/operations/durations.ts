/** How long operations take: shorter than in Azure, but long enough that a client must wait and poll. */
import type { Settings } from "../../state/model.ts";

/** Milliseconds by kind of work. Azure's own figures are seconds for disks and minutes for points. */
export const durations: Readonly<Record<string, number>> = {
  "access.begin": 700,
  "access.end": 500,
  "disks.create": 1500,
  "disks.update": 1000,
  "disks.delete": 2000,
  "snapshots.create": 1500,
  "snapshots.update": 1000,
  "snapshots.delete": 1500,
  "restorePoints.create": 3000,
  "restorePoints.delete": 2000,
  "restorePointCollections.delete": 2500,
  "resources.move": 4000,
  "resources.validateMove": 1500,
  "virtualMachines.start": 3000,
  "virtualMachines.powerOff": 2000,
  "virtualMachines.restart": 3000,
  "virtualMachines.deallocate": 3000,
  "virtualMachines.redeploy": 4000,
  "virtualMachines.reapply": 1500,
  "virtualMachines.createOrUpdate": 2000,
  "virtualMachines.update": 2000,
  "virtualMachines.attachDetachDataDisks": 1500,
  "resourceGroups.delete": 4000,
  "virtualMachines.runCommand": 2000,
  "virtualMachines.delete": 4000,
  "virtualMachineRunCommands.createOrUpdate": 3000,
  "virtualMachineRunCommands.delete": 3000,
  "virtualMachineExtensions.createOrUpdate": 3000,
  "virtualMachineExtensions.delete": 3000,
  "diskEncryptionSets.create": 1000,
  "diskEncryptionSets.update": 1000,
  "diskEncryptionSets.delete": 1000,
  "diskAccesses.create": 1000,
  "diskAccesses.update": 1000,
  "diskAccesses.delete": 1000,
  "diskAccesses.updateConnection": 1000,
  "diskAccesses.deleteConnection": 1000,
};

/** Of kinds in a state that an earlier version wrote. */
const OTHER_MS = 1500;

/** Milliseconds of the local clock that an operation takes. */
export function durationOf(kind: string, settings: Settings): number {
  const usual = settings.operationDurations === "none" ? 0 : (durations[kind] ?? OTHER_MS);
  return Math.max(usual, settings.operationMs);
}
