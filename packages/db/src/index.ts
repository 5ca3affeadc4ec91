/**
 * Entry of the package: everything that other packages use of the database, grouped by noun. The README says which file of a
 * noun holds what.
 */

// Attention
export { countAttention, listAttention, listAttentionOfVm } from "./attention/read.ts";
export { attentionView } from "./attention/view.ts";
export { clearAttention, raiseAttention } from "./attention/write.ts";
// Azure resources
export {
  type ClaimedRemoval,
  claimRemovals,
  confirmRemoval,
  isCollectionUnwanted,
  keepClaimed,
  nextRemovalAt,
  type RemovalClaim,
  readUnreadableRemovals,
  recordRemovalTry,
  restUnreadable,
  wakeReconciler,
  wantEmptyCollectionRemoved,
  wantKeptRemoved,
  wantLeftRemoved,
  wantOrphanRemoved,
  wantRemoved,
} from "./azure-resources/desired.ts";
export { type ExpiredSnapshot, listExpiredSnapshots } from "./azure-resources/kept.ts";
export { listVmSnapshots } from "./azure-resources/read.ts";
export { listRaisedRemovals, listStuckRemovals, type StuckRemovals } from "./azure-resources/stuck.ts";
export * from "./azure-resources/view.ts";
export {
  type AzureResourceRow,
  findLivingResources,
  keepSnapshot,
  listJobResources,
  listKeptOf,
  markResourceCreated,
  markResourceRemoved,
  type PlannedResource,
  planResource,
} from "./azure-resources/work.ts";
// Budgets of requests
export { requestBudgetStore } from "./budgets/store.ts";
// Connection, transactions, values
export { type Db, openDatabase } from "./client.ts";
export { LockLostError } from "./connection-watch.ts";
// Connections to Azure
export {
  type ConnectionAffects,
  countConnectionVms,
  readConnectionAffects,
  readPointVms,
  readVaultUse,
  type VaultUse,
  vaultHadPoints,
} from "./connections/affects.ts";
export { raiseConfigVersion, readConfigVersion } from "./connections/config-version.ts";
export { type EnvironmentConnection, followEnvironment } from "./connections/environment.ts";
export { type HeldSubscription, listHeld } from "./connections/held.ts";
export {
  type ConnectionRow,
  connectionsOfSubscriptions,
  findConnection,
  listConnections,
  mustBeConnected,
  notConnected,
  readSealedSecrets,
  requireConnection,
} from "./connections/read.ts";
export {
  listTaken,
  selectSubscriptions,
  subscriptionHeld,
  subscriptionTaken,
} from "./connections/subscriptions.ts";
export {
  changeConnection,
  createConnection,
  lockConnections,
  noteConnectionTestAsked,
  recordConnectionTest,
  removeConnection,
} from "./connections/write.ts";
export * from "./disk-trust/trust.ts";
// Engines
export {
  beatEngine,
  type EngineLock,
  endEngine,
  holdEngineLock,
  listEngines,
  reapDeadEngines,
  registerEngine,
} from "./engines/work.ts";
export { parseDatabaseEnv } from "./env.ts";
export { isDatabaseLost, knownError, mapDatabaseError } from "./errors.ts";
// Events
export { listen, notify, notifyEach } from "./events/listen.ts";
// Health
export { listPartHealth, type PartHealthRow, setPartHealth } from "./health/health.ts";
// History that expires
export * from "./history/work.ts";
export { newId } from "./ids.ts";
// Installation
export { ensureInstallation } from "./installation/write.ts";
// Inventory
export * from "./inventory/pages.ts";
// Jobs
export { askJobToCancel, queuedTaskExists } from "./jobs/control.ts";
export * from "./jobs/dispatch.ts";
export { holdJob, isJobAt, type JobFence, JobMovedError, moveJob } from "./jobs/fence.ts";
export * from "./jobs/forecast.ts";
export * from "./jobs/plan.ts";
export * from "./jobs/plan-list.ts";
export {
  findJobViews,
  getJobDetail,
  type JobFilter,
  listJobViews,
} from "./jobs/read.ts";
export {
  addWarning,
  changeStep,
  condemnJob,
  countRetry,
  endJob,
  setStage,
  setStepNotice,
  startWorkJob,
} from "./jobs/timeline.ts";
export {
  addJobDisks,
  addSegments,
  clearPlan,
  countOpenSegments,
  countProgress,
  type ExtentTuple,
  finishEmptyDisks,
  finishSegment,
  isSegmentOpen,
  listJobDisks,
  listLostSegments,
  listSegmentNodes,
  loadSegment,
  noStats,
  setDiskPlan,
  setDiskRoot,
  setJobDisks,
  startSegment,
  type TransferStats,
  type WorkDisk,
  type WorkSegment,
} from "./jobs/transfer.ts";
export * from "./jobs/transfer-stage.ts";
export * from "./jobs/view.ts";
export {
  listOpenAmong,
  listOpenJobs,
  listVmsInBackup,
  loadWorkJob,
  readJobFlags,
  saveMemory,
  type WorkJob,
  type WorkPolicy,
  type WorkVm,
} from "./jobs/work.ts";
export { createJob, type NewJob, openBackupJob } from "./jobs/write.ts";
export { createJobs, openBackupJobs } from "./jobs/write-many.ts";
// Ledger
export { listAnchors, newestAnchor, recordAnchor } from "./ledger/anchors.ts";
export { appendEvents, readHead, walkLedger } from "./ledger/append.ts";
export { listAuditViews } from "./ledger/read.ts";
export { generateLedgerKeyPem, isSignedBy, loadLedgerKey, type SignedHead, signHead } from "./ledger/sign.ts";
export { type AuditRow, auditRow } from "./ledger/view.ts";
export { locks, withLock } from "./locks.ts";
// Occurrences
export { listOccurrenceTimes, type NewOccurrence, recordOccurrences } from "./occurrences/work.ts";
// Overview
export * from "./overview/read.ts";
export * from "./overview/view.ts";
// Packs
export { chunkIndex, type DatabaseChunkIndex } from "./packs/chunk-index.ts";
export { heldNodes } from "./packs/held.ts";
export {
  condemnPacks,
  listRecentPacks,
  listSweepablePacks,
  reprievePacks,
} from "./packs/work.ts";
// Users
export { getPerson, type PersonRow, setPersonLocale, upsertPerson } from "./people/write.ts";
export { findPointlessJob, listKnownPoints, type PointlessJob } from "./points/known.ts";
// Points
export {
  findLatestPointView,
  findPointViews,
  getPointDetail,
  listPointViews,
} from "./points/read.ts";
export { type PointReportScope, sumReportPoints, walkReportPoints } from "./points/report.ts";
export * from "./points/retention.ts";
export {
  type PointReportRow,
  type PointReportTotals,
  type PointRow,
  pointReportTotals,
  pointRow,
  pointView,
  type StoredPoint,
} from "./points/view.ts";
export {
  createPoint,
  listReachedLevels,
  loadPoint,
  markPointDeleted,
  markPointDeleting,
  type NewPoint,
  type NewPointDisk,
  newestPoint,
  type PointDiskRef,
  type PointRef,
  previousPointTime,
  setPointVerified,
} from "./points/work.ts";
// Policies
export {
  countPolicyVms,
  findPolicy,
  listPolicies,
  listPolicyVersions,
  listPolicyVms,
  type PolicyRow,
  type PolicySight,
  type PolicyVersionRow,
  requirePolicy,
} from "./policies/read.ts";
export { addPolicyVersion, createPolicy, policyChanged } from "./policies/write.ts";
// Protections
export {
  advanceSchedules,
  type DuePlace,
  type DueProtection,
  listDueRetentions,
  listDueSchedules,
  lockSchedules,
  readScheduleProblems,
  type ScheduleProblems,
  setRetentionDue,
  setScheduleProblem,
  takeBackFuture,
} from "./protections/schedule.ts";
export {
  changeGuestState,
  getProtection,
  type ProtectionRow,
  setExtensionReady,
  setProtection,
  stopProtection,
} from "./protections/write.ts";
// Queue
export { raiseAgedTask } from "./queue/aging.ts";
export { enqueue } from "./queue/enqueue.ts";
// Recurring work
export * from "./recurring/work.ts";
// Secrets
export { type Resealed, resealSecrets } from "./secrets/reseal.ts";
export { openSecretBox, type SecretBox, secretsKeySetting } from "./secrets/seal.ts";
// Sessions
export { createSession, findSession, revokeSession, touchSession } from "./sessions/write.ts";
// Subscriptions
export { listSubscriptions, upsertSubscription } from "./subscriptions/write.ts";
export { listTeamMembers, listTeams, readAccess } from "./teams/read.ts";
export { type TeamView, teamView } from "./teams/view.ts";
// Teams
export { teamsOfVm, teamsOfVms } from "./teams/work.ts";
export { ensureTeam } from "./teams/write.ts";
export { isUuid } from "./text.ts";
export { databaseNow } from "./time.ts";
// Tokens
export {
  createToken,
  findToken,
  listTokens,
  revokeToken,
  type TokenRow,
  touchToken,
} from "./tokens/write.ts";
export { inTransaction, preferIndexes, type Tx } from "./tx.ts";
export { readVaultHeld } from "./vaults/held.ts";
// Vaults
export {
  findVault,
  listVaults,
  readSealedVaultSecrets,
  requireDefaultVault,
  requireVault,
  type VaultRow,
} from "./vaults/read.ts";
export {
  changeVault,
  createVaultRow,
  type EnvironmentVault,
  followEnvironmentVault,
  lockVaults,
  makeDefaultVault,
  noteVaultTestAsked,
  recordVaultIdentity,
  recordVaultTest,
  removeVaultRow,
} from "./vaults/write.ts";

// Virtual machines
export { findVms } from "./vms/find.ts";
export { firstProtectedAt, type HistoryRow, listHistory } from "./vms/history.ts";
export { findMovedVm } from "./vms/moved.ts";
export { countFleet, type FleetScope, fleetFacets, getFleetVm, listFleet } from "./vms/read.ts";
export * from "./vms/view.ts";
export { listPredecessors, markVmDeleted } from "./vms/work.ts";
export {
  countUnseenVms,
  type DiscoveredVm,
  findStoredVm,
  listUnseenVms,
  markVmGone,
  noteVmProblem,
  type StoredVm,
  type UnseenVm,
  upsertVm,
} from "./vms/write.ts";
