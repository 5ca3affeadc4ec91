/** A VM under a policy, and the planned times of its backups. */

/** `stopped`: no more backups; the recovery points stay. */
export const protectionStates = ["active", "stopped"] as const;
export type ProtectionState = (typeof protectionStates)[number];

/** The scheduler's decision about a planned time. */
export const occurrenceStates = ["started", "missed", "skipped"] as const;
export type OccurrenceState = (typeof occurrenceStates)[number];

/** A day of a VM's or the fleet's history, worst first: the worst thing that happened on a day is its status. */
export const historyStatuses = ["failed", "overdue", "warning", "ok", "idle", "before-start"] as const;
export type HistoryStatus = (typeof historyStatuses)[number];
