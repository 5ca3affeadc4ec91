import { z } from "zod";
import { procedure } from "../../procedures.ts";
import { startBackup as start } from "../../services/backup.ts";
import { vmRef } from "../paging.ts";

/** Back up now. */
export const startBackup = procedure
  .requires("backup:run")
  .input(z.strictObject({ vm: vmRef }))
  .mutation(({ ctx, input }) => start(ctx, input.vm));
