import { jobKinds, jobStates } from "@kluis/domain";
import { z } from "zod";
import { instant, paging, search, vmRef } from "../inputs.ts";
import { procedure } from "../procedures.ts";
import { listJobs as list } from "./service.ts";

export const listJobsInput = z
  .strictObject({
    ...paging,
    search,
    vm: vmRef.optional(),
    kind: z.array(z.enum(jobKinds)).max(10).optional(),
    state: z.array(z.enum(jobStates)).max(10).optional(),
    from: instant.optional(),
    to: instant.optional(),
    sort: z.enum(["createdAt", "endedAt", "vm"]).default("createdAt"),
    direction: z.enum(["asc", "desc"]).default("desc"),
  })
  .prefault({});

export const listJobs = procedure
  .requires("inventory:read")
  .input(listJobsInput)
  .query(({ ctx, input }) => list(ctx, input));
