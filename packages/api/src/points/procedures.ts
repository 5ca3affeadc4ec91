import { listDiskExtents } from "../downloads/download.ts";
import { diskExtentsInput } from "../downloads/inputs.ts";
import { diskExtentsView } from "../downloads/view.ts";
import { procedure } from "../procedures.ts";
import { deletePointInput, listPointsInput, pointInput, verifyPointInput } from "./inputs.ts";
import { deletePoint, getPoint, listPoints, verifyPoint } from "./service.ts";
import { pointPage, pointView, startedPointJob } from "./view.ts";

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

  /** Starts the deletion of a point. Its row stays, with who deleted it and why. */
  delete: procedure
    .requires("point:delete")
    .input(deletePointInput)
    .output(startedPointJob)
    .mutation(({ ctx, input }) => deletePoint(ctx, input)),
};
