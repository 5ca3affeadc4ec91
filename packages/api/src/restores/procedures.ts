import { procedure } from "../procedures.ts";
import { restoreInput } from "./inputs.ts";
import { createRestore, planRestore } from "./service.ts";
import { restorePlan, startedRestore } from "./view.ts";

export const restoreProcedures = {
  /** Returns the steps of a restore in Azure, and creates nothing. */
  plan: procedure
    .requires("restore:disks")
    .input(restoreInput)
    .output(restorePlan)
    .query(({ ctx, input }) => planRestore(ctx, input)),

  /** Starts a job that writes a disk of a recovery point to a new managed disk. */
  create: procedure
    .requires("restore:disks")
    .input(restoreInput)
    .output(startedRestore)
    .mutation(({ ctx, input }) => createRestore(ctx, input)),
};
