/** The schemas of recovery points as the API sends them. */
import { pointView as pointFacts, pointRow } from "@kluis/db";
import { pageView } from "@kluis/domain";
import { z } from "zod";

export const pointPage = pageView(pointRow);
export type PointPage = z.infer<typeof pointPage>;

export const pointView = pointFacts.extend({
  /** Days for which the point can be brought back when it is deleted now; 0: it is deleted at once. */
  softDeleteDays: z.int().positive(),
  can: z.object({
    download: z.boolean(),
    restore: z.boolean(),
    verify: z.boolean(),
    delete: z.boolean(),
    undelete: z.boolean(),
    pin: z.boolean(),
    unpin: z.boolean(),
  }),
});
export type PointView = z.infer<typeof pointView>;
export type PointDiskView = PointView["disks"][number];

export const startedPointJob = z.object({ jobId: z.string(), pointId: z.string() });
export type StartedPointJob = z.infer<typeof startedPointJob>;

/** A point whose row has changed. */
export const changedPoint = z.object({ pointId: z.string() });
export type ChangedPoint = z.infer<typeof changedPoint>;
