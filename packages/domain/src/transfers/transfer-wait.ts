/** What a transfer that does not move waits for, as its forecast finds it. Without schemas, so that pages get the words alone. */
export const transferReasons = [
  /** An outage of Azure or the vault stops it. */
  "outage",
  /** An earlier transfer of the same VM has not ended. */
  "previous",
  /** The transfer window of its policy is closed. */
  "window",
  /** Restores go first. */
  "restores",
  /** Backups go before second copies. */
  "backups",
  /** Transfers with an earlier deadline go first. */
  "deadlines",
  /** The VM or its team holds its share of the slots. */
  "share",
  /** All slots are in use, and others wait longer. */
  "slots",
] as const;
export type TransferReason = (typeof transferReasons)[number];

/** What each reason is called in English. */
export const transferReasonTexts = {
  outage: "Waits for the end of an outage",
  previous: "Waits for the previous transfer of the VM",
  window: "Waits for the transfer window of its policy",
  restores: "Waits for restores",
  backups: "Waits for backups",
  deadlines: "Waits for transfers with an earlier deadline",
  share: "Waits because its team or VM holds its fair share",
  slots: "Waits for a free slot",
} as const satisfies Record<TransferReason, string>;
