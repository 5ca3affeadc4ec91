/**
 * Keys of PostgreSQL advisory locks, in one place so that no two uses collide. Engine processes hold a session lock on
 * their own random key (EngineProcess.lockKey), which is negative; these are positive.
 */
export const lockKeys = {
  /** Session lock: one process migrates at a time. */
  migrate: 4_955_001,
  /** Transaction lock: one writer at the ledger's end. */
  ledger: 4_955_002,
  /** Transaction lock: one process seeds at a time. */
  seed: 4_955_003,
} as const;
