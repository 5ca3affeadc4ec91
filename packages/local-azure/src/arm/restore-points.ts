/** VM restore points: requests, and the limits on their number. */
import { z } from "zod";
import type { RestorePoint, Vm } from "../state/model.ts";
import type { World } from "../world.ts";
import { ArmError, invalidParameter, operationNotAllowed, resourceNotFound } from "./errors.ts";
import { isResourceName, keyOf, nameOf } from "./ids.ts";
import { deleteWork } from "./lifecycle.ts";
import { accepted, started } from "./long-running.ts";
import type { ArmPart } from "./part.ts";
import { findRestorePoint, parentCollectionOf, restorePointOf } from "./resource-types.ts";
import { restorePointBody } from "./restore-point-body.ts";
import { pointsOf, refuseInUse } from "./restore-point-collections.ts";
import { type ArmCall, type ArmReply, computeInGroup, expandOf, param, routes } from "./router.ts";
import { takeRestorePoint } from "./take-restore-point.ts";

export const restorePointPattern = `${computeInGroup}/restorePointCollections/{collection}/restorePoints/{point}`;

const putBody = z.object({
  properties: z
    .object({
      excludeDisks: z.array(z.object({ id: z.string() })).optional(),
      consistencyMode: z.string().optional(),
      sourceRestorePoint: z.object({ id: z.string() }).optional(),
    })
    .optional(),
});

function get(call: ArmCall): ArmReply {
  const withInstanceView = expandOf(call).has("instanceview");
  return { status: 200, body: restorePointBody(restorePointOf(call), withInstanceView) };
}

async function put(call: ArmCall): Promise<ArmReply> {
  const { world } = call;
  const collection = parentCollectionOf(call);
  const name = param(call, "point");
  if (!isResourceName(name))
    throw invalidParameter("The entity name 'restorePointName' is invalid according to its validation rule.");
  const existing = findRestorePoint(call);
  if (existing && existing.provisioningState !== "Failed")
    throw operationNotAllowed(`Restore point '${name}' already exists and cannot be updated.`);
  const vm = world.state.vms[keyOf(collection.sourceVmId)];
  if (!vm)
    throw resourceNotFound(
      "Microsoft.Compute/virtualMachines",
      nameOf(collection.sourceVmId),
      param(call, "group"),
    );
  const { requested, excludeDisks } = parsePut(call, vm);
  checkLimits(world, vm);
  if (vm.power !== "running" && requested === undefined) {
    throw operationNotAllowed(
      `An application-consistent restore point needs VM '${vm.name}' to be running. Request consistencyMode 'CrashConsistent' instead.`,
    );
  }
  const point: RestorePoint = {
    id: `${collection.id}/restorePoints/${name}`,
    name,
    collectionId: collection.id,
    subscriptionId: collection.subscriptionId,
    location: collection.location,
    ...(requested === undefined ? {} : { requested }),
    excludeDisks,
    timeCreated: world.clock.now(),
    provisioningState: "Creating",
    disks: [],
  };
  world.state.restorePoints[keyOf(point.id)] = point;
  const work = { kind: "restorePoints.create", family: "operations", on: point } as const;
  return started(call, work, { status: 201, body: restorePointBody(point) });
}

function parsePut(call: ArmCall, vm: Vm): { requested?: "CrashConsistent"; excludeDisks: string[] } {
  const body = putBody.safeParse(call.body);
  if (!body.success) throw invalidParameter("The request body of the restore point is invalid.");
  const { consistencyMode, excludeDisks = [], sourceRestorePoint } = body.data.properties ?? {};
  if (sourceRestorePoint)
    throw new ArmError(
      { status: 400, code: "BadRequest" },
      "The local Azure does not copy restore points across regions.",
    );
  if (consistencyMode !== undefined && consistencyMode !== "CrashConsistent") {
    throw invalidParameter(
      `The value '${consistencyMode}' of parameter 'consistencyMode' is not allowed. Allowed values are: 'CrashConsistent'.`,
    );
  }
  const attached = new Set([vm.osDisk, ...vm.dataDisks].map((disk) => keyOf(disk.diskId)));
  for (const { id } of excludeDisks)
    if (!attached.has(keyOf(id)))
      throw invalidParameter(`The disk '${id}' to be excluded is not attached to the VM.`);
  if (excludeDisks.length >= attached.size)
    throw invalidParameter("At least one disk must be part of a restore point.");
  return {
    ...(consistencyMode === undefined ? {} : { requested: "CrashConsistent" }),
    excludeDisks: excludeDisks.map(({ id }) => id),
  };
}

function pointsOfVm(world: World, vm: Vm): RestorePoint[] {
  return Object.values(world.state.collections)
    .filter((collection) => keyOf(collection.sourceVmId) === keyOf(vm.id))
    .flatMap((collection) => pointsOf(world, collection));
}

/** Limits the restore points of a VM: one at a time, a number in total. Per hour: budgets.ts. */
function checkLimits(world: World, vm: Vm): void {
  const points = pointsOfVm(world, vm);
  if (points.some((point) => point.provisioningState === "Creating")) {
    throw operationNotAllowed(
      `Another restore point of VM '${vm.name}' is being created. Concurrent creation of restore points is not supported.`,
    );
  }
  const { restorePointsPerVm } = world.state.settings;
  if (points.length >= restorePointsPerVm)
    throw operationNotAllowed(
      `The number of restore points of VM '${vm.name}' cannot exceed ${restorePointsPerVm}.`,
    );
}

async function remove(call: ArmCall): Promise<ArmReply> {
  const point = findRestorePoint(call);
  if (!point) return { status: 204 };
  refuseInUse(call.world, point);
  if (point.provisioningState === "Creating")
    throw operationNotAllowed("The restore point is still being created.");
  point.provisioningState = "Deleting";
  return accepted(call, { kind: "restorePoints.delete", family: "operations", on: point });
}

export const restorePoints: ArmPart = {
  routes: routes(
    { name: "restorePoints", api: "compute" },
    {
      get: ["GET", restorePointPattern, get],
      create: ["PUT", restorePointPattern, put],
      delete: ["DELETE", restorePointPattern, remove],
    },
  ),
  work: {
    "restorePoints.create": {
      run: async (world, operation) => {
        const point = world.state.restorePoints[keyOf(operation.target)];
        // Succeeded: a crash came after the restore point and before the operation's end.
        if (point && point.provisioningState !== "Succeeded") await takeRestorePoint(world, point);
        return undefined;
      },
      failed: ({ state }, { target }) => {
        const point = state.restorePoints[keyOf(target)];
        if (point) point.provisioningState = "Failed";
      },
    },
    "restorePoints.delete": deleteWork(
      { records: (state) => state.restorePoints },
      // Only a complete restore point has reached a consistency.
      { kept: (point) => (point.reached === undefined ? "Failed" : "Succeeded") },
    ),
  },
};
