/**
 * Safety margins and limits, in one place: each with its unit and the reason for its size. Durations are milliseconds unless
 * the name says otherwise.
 */
const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

export const limits = {
  // -------------------------------------------------------------- backups
  /** A backup, snapshot and transfer, ends within this time of its planned start: what product and Azure Backup promise for daily policies. */
  backupDeadlineMs: 24 * hour,
  /** Started later than this after its time, a backup counts as late. Ticks come every 30 s; a few may be lost to a restart. */
  lateStartMs: 5 * minute,
  /** How often each engine looks for what is due. */
  scheduleTickMs: 30 * second,
  /** Missed occurrences that one tick writes down, newest first. An hourly policy misses 720 in a month; more says nothing new. */
  missedRecordedMost: 1_000,
  /** A VM is at risk when its newest point is older than its policy's longest interval and this: time for the backup itself. */
  atRiskGraceMs: 2 * hour,

  // -------------------------------------------------------------- engines
  /** An engine writes its heartbeat this often; only people read it (whether an engine lives is decided by its lock). */
  engineHeartbeatMs: 10 * second,
  /** A heartbeat older than this is shown as silent. */
  engineSilentMs: 45 * second,
  /** Parts (Azure, vault, scheduler) are checked this often, and a check older than `partStaleMs` is no longer believed. */
  partCheckMs: 15 * second,
  partStaleMs: 60 * second,
  /** The inventory is read this often without being asked. */
  discoverMs: 10 * minute,

  // -------------------------------------------------------------- cleaning up
  /** No rule but `keepLast` removes a point younger than this: a backup made by hand before a risky change outlives the day's next one. */
  recentPointMs: day,
  /** A resource in Azure that no job owns is removed when it is at least this old: a job writes it down before it exists, but clocks differ. */
  sweepSafetyMs: hour,
  /** A condemned pack stays at least this long before it is deleted: longer than any clock difference between machines. */
  packGraceMs: hour,

  // -------------------------------------------------------------- sign-in
  /** A session ends after this time without a request: a working day. */
  sessionIdleMs: 8 * hour,
  /** … and after this time in any case, so that a person proves who they are once a day. */
  sessionMostMs: 24 * hour,
  /** API tokens live 90 days unless asked otherwise, and a year at most. */
  tokenDefaultDays: 90,
  tokenMostDays: 366,

  // -------------------------------------------------------------- evidence
  /** The ledger's head is signed and copied into the vault this often. */
  ledgerAnchorMs: hour,
  /** A point that was not verified for this long is shown as such. */
  verificationStaleMs: 90 * day,
} as const;
