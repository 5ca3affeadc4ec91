/** Takes a restore point: the consistency of the guest, then one instant over all disks. */
import { randomUUID } from "node:crypto";
import { z } from "zod";
import { restorePointFamily } from "../blob/target.ts";
import { linuxOutcome, type Outcome, windowsOutcome } from "../guest/consistency.ts";
import { agentError, agentReady, ensureSnapshotExtension } from "../guest/extensions.ts";
import type { DiskRestorePoint, RestorePoint, Vm } from "../state/model.ts";
import type { World } from "../world.ts";
import { ArmError, operationNotAllowed } from "./errors.ts";
import { keyOf } from "./ids.ts";
import { sourceMetadata } from "./vm-source-metadata.ts";

/** Takes a restore point of its collection's VM and marks it Succeeded. @throws ArmError */
export async function takeRestorePoint(world: World, point: RestorePoint): Promise<void> {
  const collection = world.state.collections[keyOf(point.collectionId)];
  const vm = collection && world.state.vms[keyOf(collection.sourceVmId)];
  if (!vm) {
    throw new ArmError(
      { status: 409, code: "OperationNotAllowed" },
      "The VM changed or was deleted while the restore point was being created.",
    );
  }
  const { consistency, fileSystemAttemptsLeft } = guestOutcome(world, vm, point);
  const excluded = new Set(point.excludeDisks.map(keyOf));
  const attached = [vm.osDisk, ...vm.dataDisks].filter((disk) => !excluded.has(keyOf(disk.diskId)));
  const keys = attached.map((disk) => keyOf(disk.diskId));
  await world.layers.withDisks(keys, () =>
    world.layers.freeze(keys, (frozen) => {
      point.disks = attached.flatMap((disk) =>
        diskPoint(world, point, { ...disk, layer: frozen.get(keyOf(disk.diskId)) }),
      );
      point.reached = consistency;
      point.timeCreated = world.clock.now();
      const ids = new Map(point.disks.map((disk) => [keyOf(disk.diskId), disk.id]));
      point.sourceMetadata = z.record(z.string(), z.json()).parse(sourceMetadata(world.state, vm, ids));
      point.provisioningState = "Succeeded";
      if (vm.guest.windows && fileSystemAttemptsLeft !== undefined)
        vm.guest.windows.fileSystemAttemptsLeft = fileSystemAttemptsLeft;
    }),
  );
}

/** The guest's part: agent, extension, VSS writers or scripts. @throws ArmError */
function guestOutcome(world: World, vm: Vm, point: RestorePoint): Outcome {
  if (point.requested === "CrashConsistent") return { consistency: "CrashConsistent" };
  if (vm.power !== "running") throw operationNotAllowed(`VM '${vm.name}' is no longer running.`);
  if (!agentReady(world, vm)) throw agentError(vm);
  const stuck = Object.values(vm.extensions).find((extension) => extension.provisioningState === "Creating");
  if (stuck) throw clientError(`Extension '${stuck.name}' of VM '${vm.name}' has not finished provisioning.`);
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
  const outcome = linuxOutcome(vm.guest.linux?.scripts);
  if ("failure" in outcome) throw clientError(outcome.failure);
  return outcome;
}

function clientError(message: string): ArmError {
  return new ArmError({ status: 409, code: "VMRestorePointClientError" }, message);
}

function diskPoint(
  world: World,
  point: RestorePoint,
  source: Vm["osDisk"] & { lun?: number; layer: string | undefined },
): DiskRestorePoint[] {
  const disk = world.state.disks[keyOf(source.diskId)];
  if (!disk || source.layer === undefined) return [];
  const name = `${disk.name}_${randomUUID()}`;
  return [
    {
      id: `${point.id}/diskRestorePoints/${name}`,
      name,
      diskName: disk.name,
      diskId: disk.id,
      ...(source.lun === undefined ? {} : { lun: source.lun }),
      sourceUniqueId: disk.uniqueId,
      familyId: restorePointFamily(disk.uniqueId),
      uniqueId: randomUUID(),
      ...(disk.osType ? { osType: disk.osType } : {}),
      ...(disk.hyperVGeneration ? { hyperVGeneration: disk.hyperVGeneration } : {}),
      sku: disk.sku,
      caching: source.caching,
      sizeBytes: disk.sizeBytes,
      layer: source.layer,
    },
  ];
}
