import { policyDocumentSchema } from "@kluis/domain";
import { z } from "zod";
import { policyRef } from "../../inputs.ts";
import { updatePolicy as update } from "../../policies/service.ts";
import { procedure } from "../../procedures.ts";

export const updatePolicyInput = z.strictObject({
  policy: policyRef,
  /** The version that was edited; another one in force by now is a CONFLICT. */
  expectedVersion: z.int().min(1),
  description: z.string().trim().max(500).optional(),
  document: policyDocumentSchema,
});

/** Saves a new version; points and adherence keep theirs. */
export const updatePolicy = procedure
  .requires("policy:write")
  .input(updatePolicyInput)
  .mutation(({ ctx, input }) => update(ctx, input));
