/** Disk restore points: children of restore points with the api-versions of the disk provider. */
import type { DiskRestorePoint, RestorePoint } from "../../state/model.ts";
import { grantAccess, revokeAccess } from "../disks/access.ts";
import { operationNotAllowed, resourceNotFound } from "../errors.ts";
import { page } from "../lists.ts";
import type { ArmPart } from "../part.ts";
import { restorePointOf } from "../resource-types.ts";
import { type ArmCall, type ArmReply, param, routes } from "../router.ts";
import { refuseBeforeCopy } from "./disk-point-copy.ts";
import { diskRestorePointBody } from "./restore-point-body.ts";
import { restorePointPattern } from "./restore-points.ts";

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

function begin(call: ArmCall): Promise<ArmReply> {
  const { point, disk } = usable(call);
  if (disk.networkAccessPolicy === "DenyAll")
    throw operationNotAllowed(
      "The network access policy 'DenyAll' does not allow access to the disk restore point.",
    );
  refuseBeforeCopy(call.world, disk);
  return grantAccess(call, { id: disk.id, location: point.location });
}

function end(call: ArmCall): Promise<ArmReply> {
  const { point, disk } = usable(call);
  return revokeAccess(call, { id: disk.id, location: point.location });
}

function usable(call: ArmCall): ReturnType<typeof diskPointOf> {
  const found = diskPointOf(call);
  const { name, provisioningState } = found.point;
  if (provisioningState === "Succeeded") return found;
  throw operationNotAllowed(`Restore point '${name}' is in state ${provisioningState}.`);
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
          return page(call, point.disks, (disk) => diskRestorePointBody(call.world, point, disk));
        },
      ],
      get: [
        "GET",
        one,
        (call) => {
          const { point, disk } = diskPointOf(call);
          return { status: 200, body: diskRestorePointBody(call.world, point, disk) };
        },
      ],
      grantAccess: ["POST", `${one}/beginGetAccess`, begin],
      revokeAccess: ["POST", `${one}/endGetAccess`, end],
    },
  ),
};
