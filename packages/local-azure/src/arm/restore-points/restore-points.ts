/** VM restore points: requests, and the limits on their number. */
import { z } from "zod";
import { conditionError } from "../../guest/conditions.ts";
import type { RestorePoint, RestorePointCollection, Vm } from "../../state/model.ts";
import type { World } from "../../world.ts";
import { parseBody } from "../body.ts";
import { notAllowed } from "../disks/disk-errors.ts";
import { ArmError, invalidParameter, operationNotAllowed, resourceNotFound } from "../errors.ts";
import { isResourceName, keyOf, nameOf } from "../ids.ts";
import { deleteWork } from "../lifecycle.ts";
import { accepted, started } from "../operations/long-running.ts";
import type { ArmPart } from "../part.ts";
import { findRestorePoint, parentCollectionOf, restorePointOf } from "../resource-types.ts";
import { type ArmCall, type ArmReply, computeInGroup, expandOf, param, routes } from "../router.ts";
import { refuseBusy } from "../vms/vm-errors.ts";
import { finishCopy, newCopy } from "./copy-restore-point.ts";
import { fromOldest } from "./oldest-version.ts";
import { restorePointBody } from "./restore-point-body.ts";
import { pointsOf, refuseInUse } from "./restore-point-collections.ts";
import { attachedDisks, refuseUnsupported } from "./restore-point-support.ts";
import { sourceMetadata } from "./source-metadata.ts";
import { diskPointId, nameDisks, takeRestorePoint } from "./take-restore-point.ts";

export const restorePointPattern = `${computeInGroup}/restorePointCollections/{collection}/restorePoints/{point}`;

const putBody = z.strictObject({
  // Read-only or without meaning here: taken and ignored, as Azure does.
  id: z.unknown().optional(),
  name: z.unknown().optional(),
  type: z.unknown().optional(),
  location: z.unknown().optional(),
  systemData: z.unknown().optional(),
  properties: z
    .strictObject({
      excludeDisks: z.array(z.strictObject({ id: z.string() })).optional(),
      consistencyMode: z.string().optional(),
      sourceRestorePoint: z.strictObject({ id: z.string() }).optional(),
      instantAccessDurationMinutes: z.number().int().min(60).max(300).optional(),
      sourceMetadata: z.unknown().optional(),
      provisioningState: z.unknown().optional(),
      timeCreated: z.unknown().optional(),
      instanceView: z.unknown().optional(),
    })
    .optional(),
});

function get(call: ArmCall): ArmReply {
  const withInstanceView = expandOf(call).has("instanceview");
  return { status: 200, body: restorePointBody(call.world, restorePointOf(call), withInstanceView) };
}

async function put(call: ArmCall): Promise<ArmReply> {
  const { world } = call;
  const collection = parentCollectionOf(call);
  const name = param(call, "point");
  if (!isResourceName(name))
    throw invalidParameter("The entity name 'restorePointName' is invalid according to its validation rule.");
  if (collection.provisioningState === "Deleting")
    throw operationNotAllowed(
      `Operation 'Create Restore Point' is not allowed as Restore point collection '${collection.name}' is marked for deletion.`,
    );
  const existing = findRestorePoint(call);
  if (existing && existing.provisioningState !== "Failed")
    throw operationNotAllowed(`Restore point '${name}' already exists and cannot be updated.`);
  if (collection.sourceCollectionId !== undefined) return begin(call, copyIn(call, collection));
  const vm = world.state.vms[keyOf(collection.sourceVmId)];
  if (!vm)
    throw resourceNotFound(
      "Microsoft.Compute/virtualMachines",
      nameOf(collection.sourceVmId),
      param(call, "group"),
    );
  const wanted = parsePut(call, { vm, collection });
  refuseBusy(vm, "Create Restore Point");
  refuseUnsupported(world, vm, wanted);
  checkLimits(world, vm);
  if (vm.power !== "running" && wanted.requested === undefined) {
    throw operationNotAllowed(
      `An application-consistent restore point needs VM '${vm.name}' to be running. Request consistencyMode 'CrashConsistent' instead.`,
    );
  }
  const names = nameDisks(world, vm, wanted.excludeDisks);
  const id = `${collection.id}/restorePoints/${name}`;
  const point: RestorePoint = {
    id,
    name,
    collectionId: collection.id,
    subscriptionId: collection.subscriptionId,
    location: collection.location,
    ...wanted,
    timeCreated: world.clock.now(),
    diskNames: Object.fromEntries(names),
    sourceMetadata: sourceMetadata(
      world,
      vm,
      new Map([...names].map(([key, diskName]) => [key, diskPointId({ id }, diskName)])),
    ),
    provisioningState: "Creating",
    disks: [],
  };
  return begin(call, point);
}

function copyIn(call: ArmCall, collection: RestorePointCollection): RestorePoint {
  const { properties = {} } = parseBody(putBody, call.body, { parameter: "restorePoint" });
  return newCopy(call.world, collection, {
    name: param(call, "point"),
    sourceId: properties.sourceRestorePoint?.id,
    excludeDisks: properties.excludeDisks?.map(({ id }) => id) ?? [],
    consistencyMode: properties.consistencyMode,
  });
}

function begin(call: ArmCall, point: RestorePoint): Promise<ArmReply> {
  call.world.state.restorePoints[keyOf(point.id)] = point;
  const work = {
    kind: "restorePoints.create",
    family: "operations",
    on: point,
    // A copy has the time of its source.
    ...(point.sourceRestorePointId === undefined ? { startTime: point.timeCreated } : {}),
  } as const;
  return started(call, work, { status: 201, body: restorePointBody(call.world, point) });
}

function parsePut(
  call: ArmCall,
  { vm, collection }: { vm: Vm; collection: RestorePointCollection },
): Pick<RestorePoint, "requested" | "excludeDisks" | "instantAccessDurationMinutes"> {
  const body = parseBody(putBody, call.body, { parameter: "restorePoint" });
  const { consistencyMode, excludeDisks = [], sourceRestorePoint } = body.properties ?? {};
  const instantAccessDurationMinutes = body.properties?.instantAccessDurationMinutes;
  if (sourceRestorePoint) throw notAllowed("restorePoint.sourceRestorePoint");
  if (consistencyMode !== undefined && consistencyMode !== "CrashConsistent") {
    throw invalidParameter(
      `The value '${consistencyMode}' of parameter 'consistencyMode' is not allowed. Allowed values are: 'CrashConsistent'.`,
    );
  }
  if (instantAccessDurationMinutes !== undefined && collection.instantAccess !== true)
    throw invalidParameter(
      `Parameter 'instantAccessDurationMinutes' is allowed only when 'instantAccess' of restore point collection '${collection.name}' is true.`,
    );
  const attached = new Set(attachedDisks(vm, []).map((disk) => keyOf(disk.diskId)));
  for (const { id } of excludeDisks)
    if (!attached.has(keyOf(id)))
      throw invalidParameter(`The disk '${id}' to be excluded is not attached to the VM.`);
  if (new Set(excludeDisks.map(({ id }) => keyOf(id))).size >= attached.size)
    throw invalidParameter("At least one disk must be part of a restore point.");
  return {
    ...(consistencyMode === undefined ? {} : { requested: "CrashConsistent" }),
    excludeDisks: excludeDisks.map(({ id }) => id),
    ...(instantAccessDurationMinutes === undefined ? {} : { instantAccessDurationMinutes }),
  };
}

function pointsOfVm(world: World, vm: Vm): RestorePoint[] {
  return Object.values(world.state.collections)
    .filter(
      ({ sourceVmId, sourceCollectionId }) =>
        keyOf(sourceVmId) === keyOf(vm.id) && sourceCollectionId === undefined,
    )
    .flatMap((collection) => pointsOf(world, collection));
}

/** Limits the restore points of a VM: one at a time, a number in total. Per hour: budgets.ts. */
function checkLimits(world: World, vm: Vm): void {
  const points = pointsOfVm(world, vm);
  if (points.some((point) => point.provisioningState === "Creating")) {
    throw new ArmError(
      { status: 409, code: "VMRestorePointClientError" },
      "RestorePoint creation failed since a concurrent 'Create RestorePoint' operation was triggered on the VM.",
    );
  }
  const { restorePointsPerVm } = world.state.settings;
  if (points.length >= restorePointsPerVm) throw conditionError("snapshot-limit");
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
      get: ["GET", restorePointPattern, fromOldest(get)],
      create: ["PUT", restorePointPattern, fromOldest(put)],
      delete: ["DELETE", restorePointPattern, fromOldest(remove)],
    },
  ),
  work: {
    "restorePoints.create": {
      run: async (world, operation) => {
        const point = world.state.restorePoints[keyOf(operation.target)];
        // Succeeded: a crash came after the restore point and before the operation's end.
        if (!point || point.provisioningState === "Succeeded") return undefined;
        if (point.sourceRestorePointId === undefined) await takeRestorePoint(world, point);
        else await finishCopy(world, point);
        return undefined;
      },
      failed: ({ state }, { target }) => {
        const point = state.restorePoints[keyOf(target)];
        if (point) point.provisioningState = "Failed";
      },
    },
    "restorePoints.delete": deleteWork(
      { records: (state) => state.restorePoints },
      // Only a complete restore point has disks.
      { kept: (point) => (point.disks.length === 0 ? "Failed" : "Succeeded") },
    ),
  },
};
