import { z } from "zod";
import { vmRef } from "../../inputs.ts";
import { procedure } from "../../procedures.ts";
import { stopProtection as stop } from "../../protection/service.ts";

/** No more backups; every recovery point stays. */
export const stopProtection = procedure
  .requires("protection:write")
  .input(z.strictObject({ vm: vmRef, reason: z.string().trim().max(500).default("") }))
  .mutation(({ ctx, input }) => stop(ctx, input));
