/** Lists and details that the control API returns. */
import { diskState } from "../arm/disks/disk-body.ts";
import { keyOf } from "../arm/ids.ts";
import { findTarget } from "../blob/target.ts";
import { isoTime } from "../clock.ts";
import type { Vm } from "../state/model.ts";
import type { World } from "../world.ts";
import type { GuestView, LocalAzureList, SnapshotList, VmListItem } from "./model.ts";

export function vmItem(world: World, vm: Vm): VmListItem {
  const disk = (role: string, diskId: string): VmListItem["disks"][number] => {
    const found = world.state.disks[keyOf(diskId)];
    return {
      name: found?.name ?? "",
      id: diskId,
      role,
      sizeBytes: found?.sizeBytes ?? 0,
      allocatedBytes: found ? world.layers.allocatedBytes(found.layer, found.sizeBytes) : 0,
    };
  };
  return {
    id: vm.id,
    name: vm.name,
    subscription: vm.subscriptionId,
    resourceGroup: vm.resourceGroup,
    location: vm.location,
    os: vm.osType === "Linux" ? "linux" : "windows",
    power: vm.power,
    disks: [
      disk("os", vm.osDisk.diskId),
      ...vm.dataDisks.map(({ lun, diskId }) => disk(String(lun), diskId)),
    ],
  };
}

export function listEverything(world: World): LocalAzureList {
  const { vms, disks } = world.state;
  return {
    vms: Object.values(vms).map((vm) => vmItem(world, vm)),
    unattachedDisks: Object.values(disks)
      .filter((disk) => disk.managedBy === undefined)
      .map((disk) => ({
        name: disk.name,
        id: disk.id,
        state: diskState(world, disk),
        sizeBytes: disk.sizeBytes,
        allocatedBytes: world.layers.allocatedBytes(disk.layer, disk.sizeBytes),
      })),
  };
}

export function listSnapshots(world: World): SnapshotList {
  const { snapshots, restorePoints, collections, grants } = world.state;
  return {
    snapshots: Object.values(snapshots).map((snapshot) => ({
      id: snapshot.id,
      name: snapshot.name,
      disk: snapshot.sourceResourceId,
      timeCreated: isoTime(snapshot.timeCreated),
      tags: snapshot.tags ?? {},
    })),
    restorePoints: Object.values(restorePoints).map((point) => {
      const collection = collections[keyOf(point.collectionId)];
      return {
        id: point.id,
        name: point.name,
        collection: point.collectionId,
        vm: collection?.sourceVmId ?? "",
        consistency: point.reached ?? null,
        state: point.provisioningState,
        timeCreated: isoTime(point.timeCreated),
        disks: point.disks.map((disk) => disk.diskName),
        tags: collection?.tags ?? {},
      };
    }),
    grants: Object.values(grants)
      .filter((grant) => grant.expiresAt > world.clock.now())
      .map((grant) => ({
        resource: findTarget(world.state, grant.resourceId)?.id ?? grant.resourceId,
        access: grant.access,
        expiresAt: isoTime(grant.expiresAt),
      })),
  };
}

export function guestView(vm: Vm): GuestView {
  return { vm: vm.name, guest: vm.guest, extensions: Object.values(vm.extensions).map(({ name }) => name) };
}
