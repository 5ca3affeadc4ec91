import { procedure } from "../procedures.ts";
import { restoreInput } from "./inputs.ts";
import { createRestore as create } from "./service.ts";

/** Starts a job that writes a disk of a recovery point to a new managed disk. */
export const createRestore = procedure
  .requires("restore:disks")
  .input(restoreInput)
  .mutation(({ ctx, input }) => create(ctx, input));
