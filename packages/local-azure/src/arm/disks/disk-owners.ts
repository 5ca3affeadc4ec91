/** The VMs that have a disk. */
import type { Disk } from "../../state/model.ts";
import type { World } from "../../world.ts";
import { keyOf } from "../ids.ts";

/** Ids of the VMs that have the disk; several for a shared disk. */
export function ownersOf(disk: Disk): string[] {
  const { managedBy, managedByExtended } = disk;
  return managedByExtended ?? (managedBy === undefined ? [] : [managedBy]);
}

/** The id of a VM that has the disk and is not deallocated. */
export function runningOwner(world: World, disk: Disk): string | undefined {
  return ownersOf(disk).find((id) => {
    const vm = world.state.vms[keyOf(id)];
    return vm !== undefined && vm.power !== "deallocated";
  });
}
