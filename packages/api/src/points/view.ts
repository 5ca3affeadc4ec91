/** The schemas of recovery points as the API sends them. */
import { pointView as pointFacts, pointRow } from "@kluis/db";
import { pageView } from "@kluis/domain";
import { z } from "zod";

export const pointPage = pageView(pointRow);
export type PointPage = z.infer<typeof pointPage>;

export const pointView = pointFacts.extend({
  can: z.object({
    download: z.boolean(),
    restore: z.boolean(),
    verify: z.boolean(),
    delete: z.boolean(),
  }),
});
export type PointView = z.infer<typeof pointView>;
export type PointDiskView = PointView["disks"][number];

export const startedPointJob = z.object({ jobId: z.string(), pointId: z.string() });
export type StartedPointJob = z.infer<typeof startedPointJob>;
