/** The pure rules and closed lists of Kluis; every other package imports them from here. */
export {
  type Access,
  type AccessTarget,
  type AccessTeam,
  can,
  everyVm,
  type HeldRole,
  isVisible,
  mustBeAllowed,
  reaches,
  reachKinds,
  type TeamReach,
  tagEntry,
  tagIndex,
  teamsOf,
  type VmPlace,
  type VmVisibility,
  visibleVmFilter,
} from "./access.ts";
export * from "./attention.ts";
export {
  type Actor,
  actorSchema,
  engineActor,
  type LedgerDraft,
  type LedgerKind,
  type LedgerTarget,
  type LedgerTargetType,
  ledgerKinds,
  ledgerTargetType,
  ledgerTargetTypes,
  type SignInMethod,
  signInMethods,
} from "./audit.ts";
export * from "./azure-resource.ts";
export { formatBytes, parseBytes, safeBytes } from "./bytes.ts";
export { canonicalJson, storableJson, storableText } from "./canonical-json.ts";
export { type Clock, systemClock, type TimedClock } from "./clock.ts";
export { type ClockReadings, judgeClocks } from "./clock-guard.ts";
export { type Concurrency, forEachConcurrent, mapConcurrent } from "./concurrent.ts";
export {
  type ConnectionTest,
  connectionTestSchema,
  type TestedSubscription,
  testedSubscriptionSchema,
  type VaultTest,
  vaultTestSchema,
} from "./connection-test.ts";
export {
  type AzureCloud,
  azureClouds,
  type ConnectionCloud,
  type CredentialKind,
  cloudEndpoints,
  cloudOf,
  connectionClouds,
  credentialKinds,
  type SettingSource,
  type SwitchState,
  settingSources,
  switchStates,
  type VaultCheck,
  vaultChecks,
} from "./connections.ts";
export {
  type AzureConsistency,
  type ConsistencyOutcome,
  type ConsistencyPlan,
  type ConsistencyRules,
  consistencyRank,
  type GuestSituation,
  isStoppedState,
  judgeConsistency,
  planConsistency,
  type SnapshotSight,
  wasStopped,
} from "./consistency.ts";
export * from "./consistency-ladder.ts";
export * from "./consistency-run.ts";
export { deadlineFor, deadlineMet, manualDeadline } from "./deadline.ts";
export * from "./deadline-standing.ts";
export { describePolicy, describeRetention } from "./describe.ts";
export { endedAction, endedError } from "./ended-error.ts";
export {
  type ErrorCode,
  type ErrorInfo,
  type ErrorKind,
  type ErrorReason,
  type ErrorTexts,
  errorCatalog,
  errorInfo,
  errorReasons,
  isGuestFailure,
  isKluisError,
  isLimited,
  KluisError,
  type KluisErrorArguments,
  type PlainErrorCode,
  type Retry,
  retryHints,
  toKluisError,
} from "./errors.ts";
export { retriedError, retryDetail, storedError } from "./errors-stored.ts";
export type { BlockSource, Extent } from "./extent.ts";
export * from "./guest-state.ts";
export { type HealthPart, healthParts, type ProblemKind, problemKinds } from "./health.ts";
export { uuidv7, uuidv7Time } from "./ids.ts";
export {
  agingTasks,
  type DeletePointParameters,
  deletePointParametersSchema,
  type JobTaskName,
  jobTask,
  type RestoreDiskParameters,
  restoreDiskParametersSchema,
  type TaskName,
  type TaskPayload,
  taskCatalog,
  taskKey,
  taskPriority,
  type VerifyParameters,
  verifyParametersSchema,
} from "./job.ts";
export {
  captureSteps,
  type EndedJobState,
  isOpenJobState,
  type JobDiskState,
  type JobKind,
  type JobSort,
  type JobStage,
  type JobState,
  type JobStep,
  type JobTrigger,
  jobDiskStates,
  jobKinds,
  jobSorts,
  jobStages,
  jobStates,
  jobStepNames,
  jobSteps,
  jobStepTexts,
  jobTriggers,
  type OpenJobState,
  openJobStates,
  type StepState,
  stepStates,
} from "./job-states.ts";
export {
  anchorsPrefix,
  anchorText,
  chainEvent,
  checkNext,
  emptyHead,
  genesisDigest,
  type LedgerHead,
  type LedgerProblem,
  type LedgerRecord,
  ledgerDigest,
  ledgerRecordSchema,
} from "./ledger.ts";
export { limits } from "./limits.ts";
export * from "./linux-scripts.ts";
export { type Locale, locales } from "./locale.ts";
export {
  failureParams,
  type Notice,
  type NoticeCode,
  notice,
  noticeCodes,
  noticeSchema,
  noticeText,
  type StoredNotice,
  storedNoticeSchema,
} from "./notices.ts";
export {
  organisationRoles,
  type Permission,
  permissions,
  type Role,
  rolePermissions,
  roles,
} from "./permission.ts";
export * from "./placed-scripts.ts";
export {
  type DeltaMethod,
  deltaMethods,
  type HeldPointState,
  heldPointStates,
  isHeldPointState,
  type PointSort,
  type PointState,
  pointSorts,
  pointStates,
  type VerifyMode,
  verifyModes,
} from "./point.ts";
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
export { judgeWork, type WorkRule, type WorkState, type WorkVerdict, workRules } from "./recurring.ts";
export { type WorkName, workNames, workTexts } from "./recurring-names.ts";
export { redactOutput } from "./redact-output.ts";
export { type ReportFormat, reportFormats } from "./report.ts";
export * from "./request-budget.ts";
export * from "./request-limit.ts";
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
export * from "./script-check.ts";
export * from "./script-outcome.ts";
export * from "./script-problems.ts";
export * from "./script-state.ts";
export * from "./script-work.ts";
export { nextRequest, type SingleDisks, singleDisksOf } from "./single-disks.ts";
export * from "./snapshot-tries.ts";
export * from "./transfer-forecast.ts";
export * from "./transfer-order.ts";
export * from "./transfer-plan.ts";
export * from "./transfer-stage.ts";
export * from "./transfer-wait.ts";
export * from "./transfer-window.ts";
export * from "./trust.ts";
export { type VaultKind, vaultKinds } from "./vault.ts";
export * from "./vhd.ts";
export {
  type ActorView,
  actorView,
  byteSumView,
  bytesView,
  countView,
  type ErrorView,
  errorView,
  instantView,
  listedMost,
  pageView,
  policyVersionView,
  type Ref,
  refView,
} from "./view.ts";
export {
  type AgentState,
  agentStates,
  type DiskKey,
  type DiskStorage,
  diskKeyOf,
  diskKeySchema,
  diskStorages,
  type VmDisk,
  type VmFacts,
  vmDiskSchema,
  vmFactsSchema,
} from "./vm.ts";
export { type DiskFacts, diskFactsSchema, readDiskFacts } from "./vm-disk-facts.ts";
export { isSameVm, type VmIdentity } from "./vm-move.ts";
export { type OsType, osTypes } from "./vm-os.ts";
export { vmRefusal } from "./vm-refusal.ts";
export {
  type DiskAccess,
  planRestoredDisk,
  type RecordedDisk,
  type RestorableSku,
  type RestoreChoices,
  type RestoredDisk,
  type RestoredDiskPlan,
  restorableSkus,
  restoreAccesses,
  restoreChoicesSchema,
  restoredDiskSchema,
  restoreZones,
} from "./vm-restored-disk.ts";
export { parseSizeName, promisesOneInstant, type SizeName } from "./vm-size.ts";
export {
  type PowerState,
  powerStates,
  type SortDirection,
  sortDirections,
  type VmSort,
  type VmStatus,
  vmSorts,
  vmStatuses,
} from "./vm-status.ts";
export {
  type DiskRefusalCode,
  diskRefusalCodes,
  judgeSuitability,
  refusalOfVm,
  refusedDisks,
  type SuitabilityCode,
  type SuitabilityDisk,
  type SuitabilityFinding,
  type SuitabilityInput,
  type SuitabilitySeverity,
  type SuitabilitySign,
  suitabilityCodes,
  suitabilityFindingSchema,
  suitabilityInput,
  suitabilitySeverities,
  suitabilitySign,
  suitabilitySigns,
  type VmRefusalCode,
  vmRefusalCodes,
} from "./vm-suitability.ts";
export {
  diskRefusalNotices,
  type SuitabilityText,
  suitabilitySeverityTexts,
  suitabilitySignTexts,
  suitabilityTexts,
} from "./vm-suitability-texts.ts";
export { scaleSetModes, unknownTraits, type VmTraits, vmTraitsSchema } from "./vm-traits.ts";
export * from "./words.ts";
