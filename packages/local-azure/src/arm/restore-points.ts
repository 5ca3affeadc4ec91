import { z } from "zod";
import type { Operation, RestorePoint, RestorePointCollection, Vm } from "../state/model.ts";
import type { World } from "../world.ts";
import { pointsOf, refuseInUse } from "./collections.ts";
import {
  ArmError,
  invalidParameter,
  operationNotAllowed,
  resourceNotFound,
  tooManyRequests,
} from "./errors.ts";
import { keyOf, nameOf } from "./ids.ts";
import { accepted, beginOperation, operationHeaders } from "./long-running.ts";
import { collectionOf, restorePointOf } from "./resource-types.ts";
import { restorePointBody } from "./restore-point-body.ts";
import { type ArmCall, type ArmReply, type ArmRoute, param } from "./router.ts";
import { expandOf } from "./vm-body.ts";

export const restorePointPattern =
  "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Compute/restorePointCollections/{collection}/restorePoints/{point}";

const putBody = z.object({
  properties: z
    .object({
      excludeDisks: z.array(z.object({ id: z.string() })).optional(),
      consistencyMode: z.string().optional(),
      sourceRestorePoint: z.object({ id: z.string() }).optional(),
    })
    .optional(),
});

async function put(call: ArmCall): Promise<ArmReply> {
  const { world } = call;
  const collection = collectionOf(call, "parent");
  const name = param(call, "point");
  if (!/^[\w.-]{1,80}$/.test(name))
    throw invalidParameter("The entity name 'restorePointName' is invalid according to its validation rule.");
  const id = `${collection.id}/restorePoints/${name}`;
  const existing = world.state.restorePoints[keyOf(id)];
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
    id,
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
  world.state.restorePoints[keyOf(id)] = point;
  const operation = await beginOperation(call, {
    kind: "restorePoints.create",
    family: "operations",
    location: collection.location,
    target: id,
  });
  return {
    status: 201,
    body: restorePointBody(world, point),
    headers: operationHeaders(call, operation, "without-location"),
  };
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
    .filter((collection: RestorePointCollection) => keyOf(collection.sourceVmId) === keyOf(vm.id))
    .flatMap((collection) => pointsOf(world, collection));
}

/** No two at once for one VM, so many an hour, so many at all. */
function checkLimits(world: World, vm: Vm): void {
  const points = pointsOfVm(world, vm);
  if (points.some((point) => point.provisioningState === "Creating")) {
    throw operationNotAllowed(
      `Another restore point of VM '${vm.name}' is being created. Concurrent creation of restore points is not supported.`,
    );
  }
  const { restorePointsPerVm, restorePointsPerVmPerHour } = world.state.settings;
  if (points.length >= restorePointsPerVm)
    throw operationNotAllowed(
      `The number of restore points of VM '${vm.name}' cannot exceed ${restorePointsPerVm}.`,
    );
  const now = world.clock.now();
  const recent = Object.values(world.state.operations).filter(
    (operation) =>
      operation.kind === "restorePoints.create" &&
      operation.startTime > now - 3_600_000 &&
      isOfVm(world, operation, vm),
  );
  const oldest = Math.min(...recent.map((operation) => operation.startTime));
  if (recent.length >= restorePointsPerVmPerHour)
    throw tooManyRequests("CreateRestorePointPerVM", Math.ceil((oldest + 3_600_000 - now) / 1000));
}

function isOfVm(world: World, operation: Operation, vm: Vm): boolean {
  const collection = world.state.collections[keyOf(operation.target.split("/restorePoints/")[0] ?? "")];
  return collection !== undefined && keyOf(collection.sourceVmId) === keyOf(vm.id);
}

async function remove(call: ArmCall): Promise<ArmReply> {
  const { world } = call;
  const collection = collectionOf(call, "parent");
  if (!world.state.restorePoints[keyOf(`${collection.id}/restorePoints/${param(call, "point")}`)])
    return { status: 204 };
  const point = restorePointOf(call);
  refuseInUse(world, point);
  if (point.provisioningState === "Creating")
    throw operationNotAllowed("The restore point is still being created.");
  point.provisioningState = "Deleting";
  return accepted(call, {
    kind: "restorePoints.delete",
    family: "operations",
    location: point.location,
    target: point.id,
  });
}

export const restorePointRoutes: ArmRoute[] = [
  {
    method: "GET",
    pattern: restorePointPattern,
    operation: "restorePoints.get",
    api: "compute",
    handle: (call) => ({
      status: 200,
      body: restorePointBody(call.world, restorePointOf(call), expandOf(call.query).has("instanceview")),
    }),
  },
  {
    method: "PUT",
    pattern: restorePointPattern,
    operation: "restorePoints.create",
    api: "compute",
    handle: put,
  },
  {
    method: "DELETE",
    pattern: restorePointPattern,
    operation: "restorePoints.delete",
    api: "compute",
    handle: remove,
  },
];
