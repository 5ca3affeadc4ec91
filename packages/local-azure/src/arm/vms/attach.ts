/** Data disks of a VM: attach, detach, and the work that ends both. */
import { z } from "zod";
import type { Disk, Vm } from "../../state/model.ts";
import type { World } from "../../world.ts";
import { requireLinked } from "../authorization/linked.ts";
import { ownersOf } from "../disks/disk-owners.ts";
import { keyOf } from "../ids.ts";
import { accepted } from "../operations/long-running.ts";
import type { ArmPart, Work } from "../part.ts";
import { pathsOf, resourceOf, vmType } from "../resource-types.ts";
import { type ArmCall, type ArmReply, routes } from "../router.ts";
import { type Attachment, checkAttachments, diskToAttach } from "./attach-rules.ts";
import { invalidTarget, refuseBusy } from "./vm-errors.ts";
import { attachRequest } from "./vm-request.ts";
import { storageProfile } from "./vm-storage.ts";

type DataDisk = Vm["dataDisks"][number];

/** A change of a VM's data disks that was checked. */
export interface DiskChange {
  attach: readonly Attachment[];
  detach: readonly DataDisk[];
}

/** Input of the work: disks that were attached and those that leave. */
const changeInput = z.object({ attached: z.array(z.string()), detached: z.array(z.string()) });

/**
 * Attaches at once and marks disks for detaching. The work's end removes those. Returns the work's
 * input.
 */
export function beginDiskChange(world: World, vm: Vm, change: DiskChange): z.infer<typeof changeInput> {
  for (const disk of change.detach) disk.toBeDetached = true;
  for (const { disk, lun, caching, deleteOption, createOption, writeAcceleratorEnabled } of change.attach) {
    vm.dataDisks.push({
      lun,
      name: disk.name,
      diskId: disk.id,
      caching,
      createOption,
      deleteOption,
      ...(writeAcceleratorEnabled === undefined ? {} : { writeAcceleratorEnabled }),
    });
    own(world, disk, vm);
  }
  vm.dataDisks.sort((a, b) => a.lun - b.lun);
  return {
    attached: change.attach.map(({ disk }) => disk.id),
    detached: change.detach.map(({ diskId }) => diskId),
  };
}

function own(world: World, disk: Disk, vm: Vm): void {
  if ((disk.maxShares ?? 1) > 1) disk.managedByExtended = [...ownersOf(disk), vm.id];
  disk.managedBy ??= vm.id;
  disk.ownershipChangedAt = world.clock.now();
}

/** Ends a VM's hold on a disk. */
export function releaseDisk(world: World, diskId: string, vmId: string): void {
  const disk = world.state.disks[keyOf(diskId)];
  if (!disk) return;
  const rest = ownersOf(disk).filter((id) => keyOf(id) !== keyOf(vmId));
  const [first] = rest;
  if (first === undefined) delete disk.managedBy;
  else disk.managedBy = first;
  if (rest.length > 0) disk.managedByExtended = rest;
  else delete disk.managedByExtended;
  disk.ownershipChangedAt = world.clock.now();
}

function remove(world: World, vm: Vm, diskIds: readonly string[]): void {
  const keys = new Set(diskIds.map(keyOf));
  for (const { diskId } of vm.dataDisks) if (keys.has(keyOf(diskId))) releaseDisk(world, diskId, vm.id);
  vm.dataDisks = vm.dataDisks.filter(({ diskId }) => !keys.has(keyOf(diskId)));
}

/** Ends a change of a VM: the detached disks leave, the state is Succeeded. */
const vmChangeWork: Work = {
  run: async (world, { kind, target, input }) => {
    const vm = world.state.vms[keyOf(target)];
    if (!vm) return undefined;
    remove(world, vm, changeInput.parse(input).detached);
    vm.provisioningState = "Succeeded";
    vm.provisionedAt = world.clock.now();
    if (kind !== "virtualMachines.attachDetachDataDisks") return undefined;
    return z.json().parse(storageProfile(world.state, vm));
  },
  // The disks to attach leave again. The others stay `toBeDetached`, as after a failed detach.
  failed: (world, { target, input }) => {
    const vm = world.state.vms[keyOf(target)];
    if (!vm) return;
    remove(world, vm, changeInput.parse(input).attached);
    vm.provisioningState = "Failed";
    vm.provisionedAt = world.clock.now();
  },
};

/** Answers attachDetachDataDisks: only the disks that the request names change. */
function attachDetach(call: ArmCall): Promise<ArmReply> {
  const { world } = call;
  const vm = resourceOf(call, vmType);
  refuseBusy(vm, "attachDetachDataDisks");
  const request = attachRequest(call.body);
  const detach = (request.dataDisksToDetach ?? []).map(({ diskId }) => attachedDisk(vm, diskId));
  const stay = vm.dataDisks.filter((disk) => !detach.includes(disk));
  const luns = new Set(stay.map(({ lun }) => lun));
  const attach: Attachment[] = [];
  for (const wanted of request.dataDisksToAttach ?? []) {
    const disk = diskToAttach(world, vm, wanted.diskId);
    requireLinked(call, "Microsoft.Compute/disks/write", disk.id);
    const lun = wanted.lun ?? lowestFree(luns);
    luns.add(lun);
    attach.push({
      disk,
      lun,
      caching: wanted.caching ?? "None",
      deleteOption: wanted.deleteOption ?? "Detach",
      createOption: "Attach",
      writeAcceleratorEnabled: wanted.writeAcceleratorEnabled,
    });
  }
  checkAttachments(world, vm, { add: attach, stay });
  vm.provisioningState = "Updating";
  vm.revision = (vm.revision ?? 1) + 1;
  return accepted(call, {
    kind: "virtualMachines.attachDetachDataDisks",
    family: vmType.family,
    on: vm,
    input: beginDiskChange(world, vm, { attach, detach }),
  });
}

function attachedDisk(vm: Vm, diskId: string): DataDisk {
  const disk = vm.dataDisks.find((one) => keyOf(one.diskId) === keyOf(diskId));
  if (disk) return disk;
  throw invalidTarget(
    "dataDisksToDetach.diskId",
    `Disk '${diskId}' is not attached to the VM '${vm.name}' as a data disk.`,
  );
}

function lowestFree(luns: ReadonlySet<number>): number {
  let lun = 0;
  while (luns.has(lun)) lun += 1;
  return lun;
}

const { one } = pathsOf(vmType);

export const attach: ArmPart = {
  routes: routes(vmType, {
    attachDetachDataDisks: ["POST", `${one}/attachDetachDataDisks`, attachDetach],
  }),
  work: {
    "virtualMachines.attachDetachDataDisks": vmChangeWork,
    "virtualMachines.createOrUpdate": vmChangeWork,
    "virtualMachines.update": vmChangeWork,
  },
};
