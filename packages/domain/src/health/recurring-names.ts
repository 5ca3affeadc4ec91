/** Work that the engine repeats. */
export const workNames = [
  "schedule",
  "forecast",
  "discovery",
  "retention",
  "history",
  "kept-snapshots",
  "reconcile",
  "sweep",
  "collection",
  "anchor",
  "damage-reach",
  "copies",
  "comparison",
  "verification",
  "approvals",
  "assignment",
  "directory",
] as const;
export type WorkName = (typeof workNames)[number];

/** What each kind of work is called in English. */
export const workTexts: Readonly<Record<WorkName, string>> = {
  schedule: "Scheduled backups",
  forecast: "Forecast of transfers",
  discovery: "Reading of VMs from Azure",
  retention: "Retention",
  history: "Removal of old history",
  "kept-snapshots": "End of snapshots for instant restore",
  reconcile: "Removal of snapshots and access in Azure",
  sweep: "Search for leftovers in Azure",
  collection: "Cleaning of the vaults",
  anchor: "Signing of the ledger",
  "damage-reach": "Search for points that need damaged data",
  copies: "Second copies",
  comparison: "Comparison of the vaults with their storage",
  verification: "Scheduled verification",
  approvals: "End of requests that have expired",
  assignment: "Assignment rules",
  directory: "Reading of accounts and groups from the directory",
};
