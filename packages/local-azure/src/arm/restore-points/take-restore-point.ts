/** Takes a restore point: the consistency of the guest, then one instant over all disks. */
import { randomUUID } from "node:crypto";
import { restorePointFamily } from "../../blob/target.ts";
import { conditionError, refuseCondition } from "../../guest/conditions.ts";
import { linuxOutcome, logVssBackup, type Outcome, windowsOutcome } from "../../guest/consistency.ts";
import { agentError, agentReady, ensureSnapshotExtension } from "../../guest/extensions.ts";
import { inheritedFrom } from "../../state/disk-facts.ts";
import type { DiskRestorePoint, RestorePoint, Vm } from "../../state/model.ts";
import type { World } from "../../world.ts";
import { keyProblem } from "../disks/encryption.ts";
import { ArmError, operationNotAllowed } from "../errors.ts";
import { keyOf } from "../ids.ts";
import { copyFields } from "./disk-point-copy.ts";
import { attachedDisks } from "./restore-point-support.ts";

/** Takes a restore point of its collection's VM and marks it Succeeded. @throws ArmError */
export async function takeRestorePoint(world: World, point: RestorePoint): Promise<void> {
  const collection = world.state.collections[keyOf(point.collectionId)];
  const vm = collection && world.state.vms[keyOf(collection.sourceVmId)];
  if (!vm) throw conditionError("vm-changes");
  const { consistency, fileSystemAttemptsLeft } = guestOutcome(world, vm, point);
  refuseCondition(vm.guest, "platform");
  const attached = attachedDisks(vm, point.excludeDisks);
  refuseWithoutKeys(world, attached);
  const keys = attached.map((disk) => keyOf(disk.diskId));
  await world.layers.withDisks(keys, () => {
    refuseChangedVm(vm, point);
    return world.layers.freeze(keys, (frozen) => {
      point.disks = attached.flatMap((disk) =>
        diskPoint(world, point, { ...disk, layer: frozen.get(keyOf(disk.diskId)) }),
      );
      point.reached = consistency;
      point.snapshotTime = world.clock.now();
      point.provisioningState = "Succeeded";
      if (!vm.guest.windows || fileSystemAttemptsLeft === undefined) return;
      vm.guest.windows.fileSystemAttemptsLeft = fileSystemAttemptsLeft;
      logVssBackup(vm.guest.windows, point.snapshotTime);
    });
  });
}

/** The disk provider writes with the keys of the disks' encryption sets. @throws ArmError */
function refuseWithoutKeys(world: World, attached: ReturnType<typeof attachedDisks>): void {
  for (const { diskId } of attached) {
    const problem = keyProblem(world, world.state.disks[keyOf(diskId)]?.encryption);
    if (problem) throw conditionError(problem.status === 404 ? "key-vault-missing" : "key-denied");
  }
}

/** The VM must have the disks that it had when the operation began. @throws ArmError */
function refuseChangedVm(vm: Vm, point: RestorePoint): void {
  const planned = Object.keys(point.diskNames ?? {});
  const present = new Set(attachedDisks(vm, point.excludeDisks).map(({ diskId }) => keyOf(diskId)));
  if (planned.length !== present.size || planned.some((key) => !present.has(key)))
    throw conditionError("vm-changes");
}

/** The guest's part: agent, extension, VSS writers or scripts. @throws ArmError */
function guestOutcome(world: World, vm: Vm, point: RestorePoint): Outcome {
  if (point.requested === "CrashConsistent") return { consistency: "CrashConsistent" };
  if (vm.power !== "running") throw operationNotAllowed(`VM '${vm.name}' is no longer running.`);
  if (!agentReady(world, vm)) throw agentError(vm);
  const stuck = Object.values(vm.extensions).find(
    ({ provisioningState }) => provisioningState === "Creating" || provisioningState === "Updating",
  );
  if (stuck) throw clientError(`Extension '${stuck.name}' of VM '${vm.name}' has not finished provisioning.`);
  refuseCondition(vm.guest, "guest");
  try {
    ensureSnapshotExtension(world, vm);
  } catch (cause) {
    throw cause instanceof ArmError && cause.code === "VMExtensionProvisioningError"
      ? clientError(cause.message)
      : cause;
  }
  if (vm.guest.windows) {
    const vssFails = world.faults.take({ operation: "guest.vss", path: vm.id }) !== undefined;
    return windowsOutcome(vm.guest.windows, vssFails);
  }
  const outcome = linuxOutcome(vm.guest, world.clock.now());
  if ("failure" in outcome) throw clientError(outcome.failure);
  return outcome;
}

function clientError(message: string): ArmError {
  return new ArmError({ status: 409, code: "VMRestorePointClientError" }, message);
}

/** Names of the disk restore points, chosen when the operation begins. */
export function nameDisks(world: World, vm: Vm, excluded: readonly string[]): Map<string, string> {
  return new Map(
    attachedDisks(vm, excluded).map(({ diskId, name }) => {
      const key = keyOf(diskId);
      return [key, `${world.state.disks[key]?.name ?? name}_${randomUUID()}`];
    }),
  );
}

export function diskPointId(point: { id: string }, name: string): string {
  return `${point.id}/diskRestorePoints/${name}`;
}

function diskPoint(
  world: World,
  point: RestorePoint,
  source: ReturnType<typeof attachedDisks>[number] & { layer: string | undefined },
): DiskRestorePoint[] {
  const key = keyOf(source.diskId);
  const disk = world.state.disks[key];
  const name = point.diskNames?.[key];
  if (!disk || source.layer === undefined || name === undefined) return [];
  return [
    {
      id: diskPointId(point, name),
      name,
      diskName: disk.name,
      diskId: disk.id,
      ...(source.lun === undefined ? {} : { lun: source.lun }),
      sourceUniqueId: disk.uniqueId,
      familyId: restorePointFamily(disk.uniqueId),
      uniqueId: randomUUID(),
      ...(disk.osType ? { osType: disk.osType } : {}),
      ...inheritedFrom(disk),
      networkAccessPolicy: disk.networkAccessPolicy,
      ...(disk.publicNetworkAccess ? { publicNetworkAccess: disk.publicNetworkAccess } : {}),
      ...(disk.diskAccessId === undefined ? {} : { diskAccessId: disk.diskAccessId }),
      ...(disk.dataAccessAuthMode ? { dataAccessAuthMode: disk.dataAccessAuthMode } : {}),
      sku: disk.sku,
      caching: source.caching,
      sizeBytes: disk.sizeBytes,
      layer: source.layer,
      ...copyFields(world, disk, point),
    },
  ];
}
