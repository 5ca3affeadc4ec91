/** The classes of transfers, and which of them is more urgent. */
import type { JobKind } from "../jobs/job-states.ts";

/** In their order. */
export const transferClasses = ["restore", "backup", "copy", "verify"] as const;
export type TransferClass = (typeof transferClasses)[number];

/** Lower runs first; the queue of the engines uses the same numbers. */
export const transferPriority = {
  restore: 0,
  backup: 10,
  copy: 15,
  verify: 20,
} as const satisfies Record<TransferClass, number>;

/** The class of the parts of each kind of job; null: it has no parts. */
export const transferClassOfKind = {
  "restore-disk": "restore",
  backup: "backup",
  "copy-point": "copy",
  verify: "verify",
  "delete-point": null,
} as const satisfies Record<JobKind, TransferClass | null>;

/** No person and no deadline waits for it. */
export const isBackground = {
  restore: false,
  backup: false,
  copy: true,
  verify: true,
} as const satisfies Record<TransferClass, boolean>;
