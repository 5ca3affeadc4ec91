export { goneFromAzure, mustMayShorten, mustTakeVms, type VmEffect } from "./assign.ts";
export { type Consistency, consistencies, consistencySchema } from "./consistency.ts";
export { deadlineFor, deadlineMet, manualDeadline } from "./deadline.ts";
export { describePolicy } from "./describe.ts";
export {
  type AgeUnit,
  ageUnits,
  hourlyIntervals,
  isTimeZone,
  type PolicyDocument,
  policyDocumentSchema,
  policyNameSchema,
  type Retention,
  type RetentionAge,
  retentionAgeSchema,
  type Schedule,
  storedPolicyDocumentSchema,
  type TierRule,
  type TransferWindow,
  timeOfDaySchema,
  timeZoneSchema,
  transferWindowSchema,
} from "./policy.ts";
export { judgeBandwidth, type StoreRates } from "./policy-bandwidth.ts";
export {
  describePolicyChange,
  type PolicyChange,
  type PolicyField,
  type PolicyWord,
  policyChanges,
  policyFields,
} from "./policy-changes.ts";
export { keepTheSame, type RuleEffect, ruleEffect } from "./policy-effect.ts";
export {
  judgePolicyLimits,
  mustFitAzure,
  type PolicyLimits,
} from "./policy-limits.ts";
export { judgeWindow } from "./policy-window.ts";
export {
  type HistoryStatus,
  historyStatuses,
  type OccurrenceState,
  type ProtectionState,
  protectionStates,
} from "./protection.ts";
export * from "./removal-cause.ts";
export * from "./retention.ts";
export {
  longestGapSeconds,
  nextOccurrence,
  nextOccurrences,
  sortedDays,
} from "./schedule.ts";
export * from "./scheduler.ts";
