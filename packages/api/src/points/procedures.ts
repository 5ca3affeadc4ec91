import { pointDamage } from "@kluis/db";
import { onlyAsked } from "../approvals/view.ts";
import { listDiskExtents } from "../downloads/download.ts";
import { diskExtentsInput } from "../downloads/inputs.ts";
import { diskExtentsView } from "../downloads/view.ts";
import { procedure } from "../procedures.ts";
import {
  deletePointsInput,
  listPointsInput,
  pointInput,
  reasonedPointInput,
  unpinPointInput,
  verifyPointInput,
} from "./inputs.ts";
import { pinPoint, unpinPoint } from "./pins.ts";
import { deletePoints, undeletePoint } from "./removal.ts";
import { getPoint, getPointDamage, listPoints, verifyPoint } from "./service.ts";
import { changedPoint, pointPage, pointView, startedPointJob } from "./view.ts";

export const pointProcedures = {
  list: procedure
    .requires("inventory:read")
    .input(listPointsInput)
    .output(pointPage)
    .query(({ ctx, input }) => listPoints(ctx, input)),

  get: procedure
    .requires("inventory:read")
    .input(pointInput)
    .output(pointView)
    .query(({ ctx, input }) => getPoint(ctx, input.point)),

  /** The parts of a point that cannot be read: disks, ranges, why, and the nearest points that are good. */
  damage: procedure
    .requires("inventory:read")
    .input(pointInput)
    .output(pointDamage)
    .query(({ ctx, input }) => getPointDamage(ctx, input.point)),

  /** The ranges of a disk that have data, for a download that leaves out the holes. */
  extents: procedure
    .requires("restore:files")
    .input(diskExtentsInput)
    .output(diskExtentsView)
    .query(({ ctx, input }) => listDiskExtents(ctx, input)),

  /**
   * Starts a verification: `quick` checks structure and existence, `full` decrypts and digests
   * every byte.
   */
  verify: procedure
    .requires("backup:run")
    .input(verifyPointInput)
    .output(startedPointJob)
    .mutation(({ ctx, input }) => verifyPoint(ctx, input)),

  /**
   * Requests the deletion of points from a second person. They can be brought back for as long as the policy says; their rows stay, with
   * who deleted them and why.
   */
  delete: procedure
    .requires("point:delete")
    .input(deletePointsInput)
    .output(onlyAsked)
    .mutation(({ ctx, input }) => deletePoints(ctx, input)),

  /** Brings a deleted point back. */
  undelete: procedure
    .requires("point:delete")
    .input(pointInput)
    .output(changedPoint)
    .mutation(({ ctx, input }) => undeletePoint(ctx, input.point)),

  /** Pins a point: neither retention nor a person removes it until it is unpinned. */
  pin: procedure
    .requires("point:pin")
    .input(reasonedPointInput)
    .output(changedPoint)
    .mutation(({ ctx, input }) => pinPoint(ctx, input)),

  /** Requests the end of the hold of a pinned point from a second person. */
  unpin: procedure
    .requires("point:unpin")
    .input(unpinPointInput)
    .output(onlyAsked)
    .mutation(({ ctx, input }) => unpinPoint(ctx, input)),
};
