import { procedure } from "../procedures.ts";
import { startBackupInput } from "./inputs.ts";
import { startBackup } from "./service.ts";
import { startedBackup } from "./view.ts";

export const backupProcedures = {
  /** Starts a backup now, outside the schedule. */
  start: procedure
    .requires("backup:run")
    .input(startBackupInput)
    .output(startedBackup)
    .mutation(({ ctx, input }) => startBackup(ctx, input.vm)),
};
