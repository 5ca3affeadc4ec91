import { jobKinds, jobSorts, jobStates, sortDirections, textLine } from "@kluis/domain";
import { z } from "zod";
import { instant, jobRef, paging, search, vmRef } from "../inputs.ts";

export const listJobsInput = z
  .strictObject({
    ...paging,
    search,
    vm: vmRef.optional(),
    kind: z.array(z.enum(jobKinds)).max(10).optional(),
    state: z.array(z.enum(jobStates)).max(10).optional(),
    from: instant.optional(),
    to: instant.optional(),
    sort: z.enum(jobSorts).default("createdAt"),
    direction: z.enum(sortDirections).default("desc"),
  })
  .prefault({});
export type ListJobsInput = z.infer<typeof listJobsInput>;

export const jobInput = z.strictObject({ job: jobRef });

const lastEventId = textLine.max(100).nullish();
export const watchJobInput = z.strictObject({ job: jobRef, lastEventId });
export type WatchJobInput = z.infer<typeof watchJobInput>;

export const watchJobsInput = z.strictObject({ lastEventId }).prefault({});
export type WatchJobsInput = z.infer<typeof watchJobsInput>;
