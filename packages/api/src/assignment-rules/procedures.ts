import { procedure } from "../procedures.ts";
import { previewRule, ruleOfVm } from "./dry-run.ts";
import { addExclusion, endExclusion, listExclusions } from "./exclusions.ts";
import {
  addExclusionInput,
  createRuleInput,
  endExclusionInput,
  listExclusionsInput,
  previewRuleInput,
  ruleInput,
  ruleOfVmInput,
  updateRuleInput,
} from "./inputs.ts";
import { createRule, deleteRule, getRule, listRules, updateRule } from "./service.ts";
import {
  addedExclusionView,
  exclusionsView,
  exclusionView,
  ruleOfVmView,
  rulePreview,
  rulesView,
  ruleView,
  savedRuleView,
} from "./view.ts";

export const ruleProcedures = {
  list: procedure
    .requires("inventory:read")
    .output(rulesView)
    .query(({ ctx }) => listRules(ctx)),

  get: procedure
    .requires("inventory:read")
    .input(ruleInput)
    .output(ruleView)
    .query(({ ctx, input }) => getRule(ctx, input.rule)),

  /** The dry run: what a rule would do with each VM of its team, and why. It changes nothing. */
  preview: procedure
    .requires("inventory:read")
    .input(previewRuleInput)
    .output(rulePreview)
    .query(({ ctx, input }) => previewRule(ctx, input)),

  /** What the rules do with one VM. */
  ofVm: procedure
    .requires("inventory:read")
    .input(ruleOfVmInput)
    .output(ruleOfVmView)
    .query(({ ctx, input }) => ruleOfVm(ctx, input.vm)),

  create: procedure
    .requires("protection:write")
    .input(createRuleInput)
    .output(savedRuleView)
    .mutation(({ ctx, input }) => createRule(ctx, input)),

  update: procedure
    .requires("protection:write")
    .input(updateRuleInput)
    .output(savedRuleView)
    .mutation(({ ctx, input }) => updateRule(ctx, input)),

  /** VMs that it has protected stay under their policy. */
  delete: procedure
    .requires("protection:write")
    .input(ruleInput)
    .output(savedRuleView)
    .mutation(({ ctx, input }) => deleteRule(ctx, input.rule)),
};

export const exclusionProcedures = {
  list: procedure
    .requires("inventory:read")
    .input(listExclusionsInput)
    .output(exclusionsView)
    .query(({ ctx, input }) => listExclusions(ctx, input)),

  /** No assignment rule protects the VM until the end. */
  add: procedure
    .requires("protection:write")
    .input(addExclusionInput)
    .output(addedExclusionView)
    .mutation(({ ctx, input }) => addExclusion(ctx, input)),

  end: procedure
    .requires("protection:write")
    .input(endExclusionInput)
    .output(exclusionView)
    .mutation(({ ctx, input }) => endExclusion(ctx, input.exclusion)),
};
