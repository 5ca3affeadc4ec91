import { policyDocumentSchema } from "@kluis/domain";
import { z } from "zod";
import { procedure } from "../../procedures.ts";
import { previewPolicy as preview } from "../../services/policy-preview.ts";
import { policyRef, vmRef } from "../paging.ts";

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
