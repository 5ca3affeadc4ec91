import { policyDocumentSchema } from "@kluis/domain";
import { z } from "zod";
import { policyRef, vmRef } from "../../inputs.ts";
import { previewPolicy as preview } from "../../policies/preview.ts";
import { procedure } from "../../procedures.ts";

export const previewPolicyInput = z.strictObject({
  document: policyDocumentSchema,
  /** Judge this VM's points. */
  vm: vmRef.optional(),
  /** Judge the points of every VM under this policy. */
  policy: policyRef.optional(),
});

/** What a document would do, before it is saved: by the very function that the engine prunes with. */
export const previewPolicy = procedure
  .requires("inventory:read")
  .input(previewPolicyInput)
  .query(({ ctx, input }) => preview(ctx, input));
