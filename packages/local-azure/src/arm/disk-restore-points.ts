import { findTarget } from "../blob/target.ts";
import type { DiskRestorePoint, RestorePoint } from "../state/model.ts";
import { beginGetAccess, endGetAccess } from "./access.ts";
import { operationNotAllowed, resourceNotFound } from "./errors.ts";
import { page } from "./lists.ts";
import { restorePointOf } from "./resource-types.ts";
import { diskRestorePointBody } from "./restore-point-body.ts";
import { restorePointPattern } from "./restore-points.ts";
import { type ArmCall, type ArmReply, type ArmRoute, param } from "./router.ts";

const one = `${restorePointPattern}/diskRestorePoints/{diskPoint}`;

function diskPointOf(call: ArmCall): { point: RestorePoint; disk: DiskRestorePoint } {
  const point = restorePointOf(call);
  const name = param(call, "diskPoint");
  const disk = point.disks.find((candidate) => candidate.name.toLowerCase() === name.toLowerCase());
  if (disk) return { point, disk };
  throw resourceNotFound(
    "Microsoft.Compute/restorePointCollections/restorePoints/diskRestorePoints",
    `${point.name}/${name}`,
    param(call, "group"),
  );
}

function access(call: ArmCall, change: typeof beginGetAccess): Promise<ArmReply> {
  const { point, disk } = diskPointOf(call);
  if (point.provisioningState !== "Succeeded")
    throw operationNotAllowed(`Restore point '${point.name}' is in state ${point.provisioningState}.`);
  const target = findTarget(call.world.state, disk.id);
  if (!target) throw new Error(`Disk restore point ${disk.id} is gone`);
  return change(call, target, point.location);
}

/** These lie under restore points but are served by the disk provider, with its api-versions. */
export const diskRestorePointRoutes: ArmRoute[] = [
  {
    method: "GET",
    pattern: `${restorePointPattern}/diskRestorePoints`,
    operation: "diskRestorePoint.listByRestorePoint",
    api: "disks",
    handle: (call) => {
      const point = restorePointOf(call);
      return page(call, point.disks, (disk) => diskRestorePointBody(point, disk));
    },
  },
  {
    method: "GET",
    pattern: one,
    operation: "diskRestorePoint.get",
    api: "disks",
    handle: (call) => {
      const { point, disk } = diskPointOf(call);
      return { status: 200, body: diskRestorePointBody(point, disk) };
    },
  },
  {
    method: "POST",
    pattern: `${one}/beginGetAccess`,
    operation: "diskRestorePoint.grantAccess",
    api: "disks",
    handle: (call) => access(call, beginGetAccess),
  },
  {
    method: "POST",
    pattern: `${one}/endGetAccess`,
    operation: "diskRestorePoint.revokeAccess",
    api: "disks",
    handle: (call) => access(call, endGetAccess),
  },
];
