/** Disk restore points: children of restore points with the api-versions of the disk provider. */
import type { DiskRestorePoint, RestorePoint } from "../state/model.ts";
import { grantAccess, revokeAccess } from "./access.ts";
import { operationNotAllowed, resourceNotFound } from "./errors.ts";
import { page } from "./lists.ts";
import type { ArmPart } from "./part.ts";
import { restorePointOf } from "./resource-types.ts";
import { diskRestorePointBody } from "./restore-point-body.ts";
import { restorePointPattern } from "./restore-points.ts";
import { type ArmCall, type ArmReply, param, routes } from "./router.ts";

const all = `${restorePointPattern}/diskRestorePoints`;
const one = `${all}/{diskPoint}`;

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

function changeAccess(call: ArmCall, change: typeof grantAccess): Promise<ArmReply> {
  const { point, disk } = diskPointOf(call);
  if (point.provisioningState !== "Succeeded")
    throw operationNotAllowed(`Restore point '${point.name}' is in state ${point.provisioningState}.`);
  return change(call, { id: disk.id, location: point.location });
}

export const diskRestorePoints: ArmPart = {
  routes: routes(
    { name: "diskRestorePoint", api: "disks" },
    {
      listByRestorePoint: [
        "GET",
        all,
        (call) => {
          const point = restorePointOf(call);
          return page(call, point.disks, (disk) => diskRestorePointBody(point, disk));
        },
      ],
      get: [
        "GET",
        one,
        (call) => {
          const { point, disk } = diskPointOf(call);
          return { status: 200, body: diskRestorePointBody(point, disk) };
        },
      ],
      grantAccess: ["POST", `${one}/beginGetAccess`, (call) => changeAccess(call, grantAccess)],
      revokeAccess: ["POST", `${one}/endGetAccess`, (call) => changeAccess(call, revokeAccess)],
    },
  ),
};
