import { procedure } from "../procedures.ts";
import {
  createPolicyInput,
  policyInput,
  previewPolicyInput,
  renamePolicyInput,
  updatePolicyInput,
} from "./inputs.ts";
import { reinstatePolicy, renamePolicy, retirePolicy } from "./lifecycle.ts";
import { offersOf } from "./offers.ts";
import { previewPolicy } from "./preview.ts";
import { createPolicy, getPolicy, listPolicies } from "./service.ts";
import { updatePolicy } from "./update.ts";
import {
  policyOffers,
  policyPreview,
  policyRow,
  policyView,
  retiredPolicyView,
  savedPolicyView,
  updatedPolicyView,
} from "./view.ts";

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

  /** Who can have a policy that the user writes. */
  offers: procedure
    .requires("inventory:read")
    .output(policyOffers)
    .query(({ ctx }) => offersOf(ctx)),

  create: procedure
    .requires("policy:write")
    .input(createPolicyInput)
    .output(savedPolicyView)
    .mutation(({ ctx, input }) => createPolicy(ctx, input)),

  /** Saves a new version; one that takes points is requested. */
  update: procedure
    .requires("policy:write")
    .input(updatePolicyInput)
    .output(updatedPolicyView)
    .mutation(({ ctx, input }) => updatePolicy(ctx, input)),

  rename: procedure
    .requires("policy:write")
    .input(renamePolicyInput)
    .output(savedPolicyView)
    .mutation(({ ctx, input }) => renamePolicy(ctx, input)),

  /** Takes no virtual machines from now on; those under it stay protected until they are moved. */
  retire: procedure
    .requires("policy:write")
    .input(policyInput)
    .output(retiredPolicyView)
    .mutation(({ ctx, input }) => retirePolicy(ctx, input.policy)),

  /** Takes virtual machines again. */
  reinstate: procedure
    .requires("policy:write")
    .input(policyInput)
    .output(retiredPolicyView)
    .mutation(({ ctx, input }) => reinstatePolicy(ctx, input.policy)),

  /** The effects of a document before it is saved, judged by the same functions that the engine runs. */
  preview: procedure
    .requires("inventory:read")
    .input(previewPolicyInput)
    .output(policyPreview)
    .query(({ ctx, input }) => previewPolicy(ctx, input)),
};
