import { policyDocumentSchema, policyNameSchema, textLine, textLines } from "@kluis/domain";
import { z } from "zod";

import { maybeRequested } from "../approvals/inputs.ts";
import { paging, policyRef, vmRef } from "../inputs.ts";

const description = textLines.max(500);

export const policyInput = z.strictObject({ policy: policyRef });

export const createPolicyInput = z.strictObject({
  name: policyNameSchema,
  description: description.default(""),
  /** Id or slug. Without it: the user's only team, or for an organization owner every team. */
  team: textLine.max(100).nullish(),
  document: policyDocumentSchema,
});
export type CreatePolicyInput = z.infer<typeof createPolicyInput>;

export const updatePolicyInput = z.strictObject({
  policy: policyRef,
  /** The version that was edited; CONFLICT when it is no longer the current one. */
  expectedVersion: z.int().min(1),
  description: description.optional(),
  document: policyDocumentSchema,
  ...maybeRequested,
});
export type UpdatePolicyInput = z.infer<typeof updatePolicyInput>;

export const renamePolicyInput = z.strictObject({
  policy: policyRef,
  /** The name that the user saw; CONFLICT when it is no longer the policy's. */
  expectedName: policyNameSchema.optional(),
  name: policyNameSchema,
});
export type RenamePolicyInput = z.infer<typeof renamePolicyInput>;

export const previewPolicyInput = z.strictObject({
  document: policyDocumentSchema,
  /** Judges the points of this VM. */
  vm: vmRef.optional(),
  /** Judges the points of every VM that this policy protects. */
  policy: policyRef.optional(),
  /** The page of the list of affected VMs. */
  effectPage: paging.page,
});
export type PreviewPolicyInput = z.infer<typeof previewPolicyInput>;
