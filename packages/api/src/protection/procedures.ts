import { diskKeySchema } from "@kluis/domain";
import { z } from "zod";
import { policyRef, vmRef } from "../inputs.ts";
import { procedure } from "../procedures.ts";
import { protectVm } from "./service.ts";

export const setProtectionInput = z.strictObject({
  vm: vmRef,
  policy: policyRef,
  excludedDisks: z.array(diskKeySchema).max(64).optional(),
});

/** Puts a VM under a policy and starts the first backup, or changes its policy. */
export const setProtection = procedure
  .requires("protection:write")
  .input(setProtectionInput)
  .mutation(({ ctx, input }) => protectVm(ctx, input));
