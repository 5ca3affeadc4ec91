export {
  applyRule,
  forgetOldRefusals,
  listAppliedRules,
  listRuleCandidates,
  noteRefused,
  noteRuleRefusal,
  type RuleCandidate,
} from "./apply.ts";
export {
  activeExclusion,
  addExclusion,
  clearExclusionReminder,
  closeExclusion,
  type ExclusionRow,
  findExclusion,
  listDueExclusions,
  listExclusions,
  settleExclusion,
} from "./exclusions.ts";
export { countVerdicts, type DryRun, type ExplainedVm, explainVm, explainVms } from "./explain.ts";
export {
  type AssignmentRuleRow,
  countRuleVms,
  createAssignmentRule,
  deleteAssignmentRule,
  holdAssignmentRules,
  listAssignmentRules,
  lockAssignmentRules,
  type RuleSight,
  requireAssignmentRule,
  unknownRule,
  updateAssignmentRule,
} from "./rules.ts";
export { listStandingRules, mustStand, type StandingRule } from "./standing.ts";
export { type RankedRule, rankedRule } from "./verdict-sql.ts";
