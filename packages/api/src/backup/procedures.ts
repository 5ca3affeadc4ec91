import { z } from "zod";
import { vmRef } from "../inputs.ts";
import { procedure } from "../procedures.ts";
import { startBackup as start } from "./service.ts";

/** Back up now. */
export const startBackup = procedure
  .requires("backup:run")
  .input(z.strictObject({ vm: vmRef }))
  .mutation(({ ctx, input }) => start(ctx, input.vm));
