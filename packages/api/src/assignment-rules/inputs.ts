import {
  exclusionLimits,
  exclusionStates,
  ruleConditionsSchema,
  ruleLimits,
  ruleNameSchema,
  ruleVerdicts,
  textLine,
} from "@kluis/domain";
import { z } from "zod";
import { instant, paging, policyRef, vmRef } from "../inputs.ts";

/** A rule by id or name. */
const ruleRef = textLine.min(1).max(100);
/** A team by id, short name or name. */
const teamRef = textLine.min(1).max(100);
const position = z.int().min(1).max(ruleLimits.rulesOfTeam);

export const ruleInput = z.strictObject({ rule: ruleRef });

export const createRuleInput = z.strictObject({
  team: teamRef,
  name: ruleNameSchema,
  policy: policyRef,
  conditions: ruleConditionsSchema,
  /** False: it is saved and protects nothing. */
  enabled: z.boolean().default(true),
  /** Among the rules of the team, from 1; without it: the last. */
  position: position.optional(),
});
export type CreateRuleInput = z.infer<typeof createRuleInput>;

export const updateRuleInput = z.strictObject({
  rule: ruleRef,
  /** The version that was edited; CONFLICT when it is no longer the current one. */
  expectedVersion: z.int().min(1),
  name: ruleNameSchema.optional(),
  policy: policyRef.optional(),
  conditions: ruleConditionsSchema.optional(),
  enabled: z.boolean().optional(),
  position: position.optional(),
});
export type UpdateRuleInput = z.infer<typeof updateRuleInput>;

/** A saved rule, one that is not saved yet, or a saved one as it is being changed. */
export const previewRuleInput = z
  .strictObject({
    rule: ruleRef.optional(),
    draft: z
      .strictObject({
        team: teamRef,
        policy: policyRef,
        conditions: ruleConditionsSchema,
        position: position.optional(),
      })
      .optional(),
    /** Lists only these VMs; the counts are of all. */
    verdict: z.enum(ruleVerdicts).optional(),
    ...paging,
  })
  .refine(({ rule, draft }) => rule !== undefined || draft !== undefined, "Name a rule, or describe one.");
export type PreviewRuleInput = z.infer<typeof previewRuleInput>;

export const ruleOfVmInput = z.strictObject({ vm: vmRef });

export const listExclusionsInput = z.strictObject({
  vm: vmRef.optional(),
  state: z.enum(exclusionStates).optional(),
  ...paging,
});
export type ListExclusionsInput = z.infer<typeof listExclusionsInput>;

export const addExclusionInput = z.strictObject({
  vm: vmRef,
  reason: textLine.min(exclusionLimits.shortestReason).max(500),
  /** In the future, at most a year from now. */
  expiresAt: instant,
  /** The user who answers for it, by user name or id; without it: the caller. */
  owner: textLine.min(1).max(200).optional(),
});
export type AddExclusionInput = z.infer<typeof addExclusionInput>;

export const endExclusionInput = z.strictObject({ exclusion: z.uuid() });
