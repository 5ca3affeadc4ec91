import { procedure } from "../procedures.ts";
import { createPolicyInput, policyInput, previewPolicyInput, updatePolicyInput } from "./inputs.ts";
import { previewPolicy } from "./preview.ts";
import { createPolicy, getPolicy, listPolicies, updatePolicy } from "./service.ts";
import { policyPreview, policyRow, policyView, savedPolicyView } from "./view.ts";

export const policyProcedures = {
  list: procedure
    .requires("inventory:read")
    .output(policyRow.array())
    .query(({ ctx }) => listPolicies(ctx)),

  get: procedure
    .requires("inventory:read")
    .input(policyInput)
    .output(policyView)
    .query(({ ctx, input }) => getPolicy(ctx, input.policy)),

  create: procedure
    .requires("policy:write")
    .input(createPolicyInput)
    .output(savedPolicyView)
    .mutation(({ ctx, input }) => createPolicy(ctx, input)),

  /** Saves a new version; existing points keep theirs. */
  update: procedure
    .requires("policy:write")
    .input(updatePolicyInput)
    .output(savedPolicyView)
    .mutation(({ ctx, input }) => updatePolicy(ctx, input)),

  /** The effects of a document before it is saved, judged by the same functions that the engine runs. */
  preview: procedure
    .requires("inventory:read")
    .input(previewPolicyInput)
    .output(policyPreview)
    .query(({ ctx, input }) => previewPolicy(ctx, input)),
};
