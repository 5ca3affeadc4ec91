/**
 * Safety margins and limits, each with its unit and the reason for its value. Durations are in milliseconds unless the name
 * says otherwise.
 */
const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

export const limits = {
  // -------------------------------------------------------------- backups
  /** A backup (snapshot and transfer) ends within this time of its planned start, as Azure Backup promises for daily policies. */
  backupDeadlineMs: 24 * hour,
  /** A backup that starts later than this after its planned time is late. Allows for a few ticks lost to a restart. */
  lateStartMs: 5 * minute,
  /** How often each engine looks for due backups. */
  scheduleTickMs: 30 * second,
  /** How long a protection rests that cannot be scheduled. A change of its policy ends the rest. */
  scheduleRetryMs: 15 * minute,
  /** Missed occurrences that one tick records, newest first. An hourly policy misses 720 in a month; more adds no information. */
  missedRecordedMost: 1_000,
  /** A VM is at risk when its newest point is older than its policy's longest interval plus this, the time for the backup itself. */
  atRiskGraceMs: 2 * hour,

  /** Azure copies the snapshot of a Premium SSD v2 or Ultra disk before it can be read; one that takes longer never ends. */
  snapshotCopyMostMs: 3 * day,

  // -------------------------------------------------------------- transfers
  /** Pauses of a parked transfer. The longest is also how long it takes to notice that an outage has ended. */
  transferPauseShortestMs: second,
  transferPauseLongestMs: 15 * minute,
  /** A newer snapshot replaces a parked transfer only after this time, so that a short interruption loses nothing. */
  transferHiccupMs: 10 * minute,
  /** A newer snapshot replaces any parked transfer after this time. */
  transferPatienceMs: day,
  /** Azure requests a pause of this length only when a budget is used up. */
  transferLongPauseMs: 30 * second,
  /** A transfer that is parked this long, and this long past its deadline, is given up: its snapshot costs money every day. */
  transferGiveUpMs: 14 * day,
  /** A restore that is parked this long is given up. It outlasts a week, and the weekend before someone returns a lost role. */
  restoreGiveUpMs: 10 * day,
  /** Time that each segment needs besides moving its bytes: requests, and the records in the database. */
  segmentOverheadMs: 2 * second,
  /** Jobs that one dispatch reads, by deadline. The ones after them get their turn when these have moved. */
  dispatchJobsMost: 1_000,
  /** How often the ends of transfers are forecast, and the open jobs that one forecast knows, by deadline. */
  forecastMs: minute,
  forecastJobsMost: 10_000,
  /** Snapshots of a VM that were replaced in a row before their transfer, until a person should know. */
  replacedAttentionTimes: 3,
  /** How often the dispatcher runs without being woken: a window may have opened. */
  dispatchMs: 30 * second,
  /** A segment that takes longer is moved again. Longer than its task may run, shorter than `packGraceMs`. */
  segmentLongestMs: 90 * minute,

  /** Azure lets at most so many snapshots of a disk be open at once. learn.microsoft.com/azure/virtual-machines/disks-incremental-snapshots */
  openAccessPerDisk: 5,
  /** Access to a snapshot ends after this time unless it is prolonged: long enough for a segment, short enough when it is forgotten. */
  openAccessMs: 4 * hour,
  /** An open snapshot counts this long after the last request: its access in Azure is over then, also when Azure was slow. */
  openAccessLeaseMs: 4 * hour + 15 * minute,

  // -------------------------------------------------------------- engines
  /** How often an engine writes its heartbeat. For display only: an engine's lock decides whether it is alive. */
  engineHeartbeatMs: 10 * second,
  /**
   * The clocks of engine, database and Azure may differ by this. Signatures of Azure tolerate 15 minutes; a schedule must not be off
   * by more than a few ticks.
   */
  clockToleranceMs: 2 * minute,
  /** How often each engine looks for dead engines: their tasks continue within this time and a few seconds. */
  engineReapMs: 3 * second,
  /** A heartbeat older than this is shown as silent. */
  engineSilentMs: 45 * second,
  /** How often parts (Azure, vault, scheduler) are checked; results older than `partStaleMs` are ignored. */
  partCheckMs: 15 * second,
  partStaleMs: 60 * second,
  /** How often one of the engines asks Azure whether a connection works; the result is ignored after `connectionStaleMs`. */
  connectionCheckMs: minute,
  connectionStaleMs: 3 * minute,
  /** How often the inventory is read without a request. */
  discoverMs: 10 * minute,

  // -------------------------------------------------------------- users
  /** How often accounts and groups are read from the directory: who leaves has lost everything within this time. */
  directoryReadMs: 15 * minute,
  /** Rights by groups end this long after the groups were last read, so that an outage of the directory never keeps them for long. */
  groupRightsHours: 24,
  groupRightsHoursLeast: 1,
  groupRightsHoursMost: 720,

  // -------------------------------------------------------------- cleaning up
  /** Only `keepLast` removes points that are newer than this, so a manual backup before a risky change survives the day's next backup. */
  recentPointMs: day,
  /** Azure resources without an owning job are removed at this age. Jobs record resources before creating them, but clocks differ. */
  sweepSafetyMs: hour,
  /** Pauses between tries to remove a resource from Azure: doubled from the first to the longest. */
  removalFirstPauseMs: 15 * second,
  removalLongestPauseMs: hour,
  /** A removal needs attention after so many refused tries (half an hour), or after this time without an end. */
  removalAttentionTries: 8,
  removalAttentionMs: day,
  /** A resource that was planned, and about which Azure gives no answer for this time, counts as never made. */
  plannedUnknownMs: day,
  /** One try to remove a resource ends within this time; its claim lasts longer, and expires when the engine is killed. */
  removalTryMs: minute,
  removalClaimMs: 90 * second,
  /** A condemned pack is kept at least this long before it is deleted: longer than `segmentLongestMs`, in which a job may use it. */
  packGraceMs: 2 * hour,
  /** A pack that the storage refused to delete, because it is immutable for example, is tried again after this time. */
  packRefusalPauseMs: 12 * hour,
  /** One round of compaction copies at most these bytes, and replaces at most so many packs. */
  compactionBytes: 8 * 1024 ** 3,
  compactionPacks: 1_000,

  // -------------------------------------------------------------- history
  /** Rows about the segments of an ended job stay this long, for a look at what happened. A disk of 4 TiB has 4,096 of them. */
  segmentsKeptMs: day,
  /** Default, least and most days that ended jobs and decisions of the scheduler stay. The overview shows 30 days. */
  historyDays: 180,
  historyDaysLeast: 35,
  historyDaysMost: 3_660,

  // -------------------------------------------------------------- requests
  /** Calls in one request. A page makes fewer than ten at once; more would keep other users' requests waiting. */
  requestBatchMost: 20,
  /** The body of a request. The largest, a policy with its scripts, is a fifth of it. */
  requestBodyBytes: 1024 ** 2,

  // -------------------------------------------------------------- sign-in
  /** A session ends after this time without a request: one working day. */
  sessionIdleMs: 8 * hour,
  /** A session ends after this time in any case, so that a user signs in at least once a day. */
  sessionMostMs: 24 * hour,
  /** API tokens are valid for 90 days by default and one year at most. */
  tokenDefaultDays: 90,
  tokenMostDays: 366,
  /** A token that no one has used for this long ends, unless it was made with another limit: a forgotten one does not wait to be found. */
  tokenIdleDays: 90,
  /** A code that makes the first owner lives this long: the time to read a start's output and to sign in. */
  claimMs: day,
  /** Codes that one user may enter in this time. A code has 100 random bits, so this is about noise, not about luck. */
  claimGuessesMost: 5,
  claimGuessesMs: 15 * minute,

  // -------------------------------------------------------------- evidence
  /** How often the ledger's head is signed and copied into the vault. */
  ledgerAnchorMs: hour,
  /** A point whose last verification is older than this is shown as unverified. */
  verificationStaleMs: 90 * day,
} as const;
