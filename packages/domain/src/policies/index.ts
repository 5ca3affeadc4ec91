export { deadlineFor, deadlineMet, manualDeadline } from "./deadline.ts";
export { describePolicy, describeRetention } from "./describe.ts";
export {
  type Consistency,
  consistencies,
  consistencySchema,
  hourlyIntervals,
  type PolicyDocument,
  policyDocumentSchema,
  policyNameSchema,
  type Retention,
  retentionSchema,
  type Schedule,
  scheduleSchema,
  type TransferWindow,
  timeOfDaySchema,
  timeZoneSchema,
  transferWindowSchema,
} from "./policy.ts";
export {
  azureRestorePoints,
  judgePolicyLimits,
  mustFitAzure,
  type PolicyLimits,
} from "./policy-limits.ts";
export { judgeWindow } from "./policy-window.ts";
export {
  type HistoryStatus,
  historyStatuses,
  type OccurrenceState,
  occurrenceStates,
  type ProtectionState,
  protectionStates,
} from "./protection.ts";
export * from "./retention.ts";
export {
  describeSchedule,
  listWords,
  longestGapSeconds,
  nextOccurrence,
  nextOccurrences,
  occurrencesBetween,
  previousOccurrence,
} from "./schedule.ts";
export * from "./scheduler.ts";
