import { z } from "zod";
import { procedure } from "../../procedures.ts";
import { stopProtection as stop } from "../../services/protection.ts";
import { vmRef } from "../paging.ts";

/** No more backups; every recovery point stays. */
export const stopProtection = procedure
  .requires("protection:write")
  .input(z.strictObject({ vm: vmRef, reason: z.string().trim().max(500).default("") }))
  .mutation(({ ctx, input }) => stop(ctx, input));
