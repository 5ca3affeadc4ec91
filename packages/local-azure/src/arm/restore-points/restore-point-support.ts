/**
 * What a restore point can be taken of. Source: the support matrix in
 * learn.microsoft.com/azure/virtual-machines/concepts-restore-points.
 */
import type { RestorePoint, Vm } from "../../state/model.ts";
import type { World } from "../../world.ts";
import { isProvisioned } from "../disks/disk-skus.ts";
import { ArmError } from "../errors.ts";
import { keyOf } from "../ids.ts";
import { sizeOf } from "../vm-sizes/vm-sizes.ts";

type AttachedDisk = Vm["osDisk"] & { lun?: number };

/** The disks of a VM that a restore point contains, OS disk first. */
export function attachedDisks(vm: Vm, excluded: readonly string[]): AttachedDisk[] {
  const left = new Set(excluded.map(keyOf));
  return [vm.osDisk, ...vm.dataDisks].filter((disk) => !left.has(keyOf(disk.diskId)));
}

/** Refuses a restore point that Azure does not support. @throws ArmError */
export function refuseUnsupported(
  world: World,
  vm: Vm,
  wanted: Pick<RestorePoint, "requested" | "excludeDisks">,
): void {
  if (isConfidential(world, vm))
    throw unsupported("Creation of Restore Point of a Confidential Virtual Machine is not supported.");
  for (const attached of attachedDisks(vm, wanted.excludeDisks)) {
    const disk = world.state.disks[keyOf(attached.diskId)];
    if ((disk?.maxShares ?? 1) > 1) throw unsupportedDisks("Shared disks");
    if (attached.diffDiskSettings) throw unsupportedDisks("Ephemeral OS disks");
    if (wanted.requested !== "CrashConsistent") continue;
    if (disk && isProvisioned(disk.sku))
      throw unsupportedDisks("Ultra or Premium SSD v2 disks", "crash consistent ");
    if (attached.writeAcceleratorEnabled === true)
      throw unsupportedDisks("Write Accelerator enabled disks", "crash consistent ");
  }
  if (wanted.requested === "CrashConsistent" && !sizeOf(vm.size).premiumStorage)
    throw unsupported(
      `Creation of crash consistent Restore Point is not supported for VM size '${vm.size}'. The VM size must support premium storage.`,
    );
}

function isConfidential(world: World, vm: Vm): boolean {
  const types = [vm.securityProfile?.securityType, world.state.disks[keyOf(vm.osDisk.diskId)]?.securityType];
  return types.some((type) => type?.startsWith("ConfidentialVM") === true);
}

function unsupported(message: string): ArmError {
  return new ArmError({ status: 409, code: "VMRestorePointClientError" }, message);
}

/** Azure documents the sentence for shared disks; the others follow it. */
function unsupportedDisks(kind: string, mode = ""): ArmError {
  return unsupported(
    `Creation of ${mode}Restore Point of a Virtual Machine with ${kind} is not supported. You may exclude this disk from the restore point via excludeDisks property.`,
  );
}
