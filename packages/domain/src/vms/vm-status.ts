/** The statuses and orders of VMs. Without schemas, so that pages get the words without a parser. */

export const powerStates = [
  "running",
  "starting",
  "stopping",
  "stopped",
  "deallocating",
  "deallocated",
  "unknown",
] as const;
export type PowerState = (typeof powerStates)[number];

/**
 * The status of a VM, worst first; the first one that is true is shown:
 * - `deleted`: no longer in Azure; its recovery points stay
 * - `unprotected`: no policy
 * - `stopped`: protection stopped, data kept
 * - `failing`: its last backup job failed
 * - `at-risk`: no recovery point within the policy's longest gap plus grace
 * - `waiting`: protected recently, without an available recovery point
 * - `protected`: its last backup meets the policy
 */
export const vmStatuses = [
  "failing",
  "at-risk",
  "unprotected",
  "waiting",
  "protected",
  "stopped",
  "deleted",
] as const;
export type VmStatus = (typeof vmStatuses)[number];

export const vmSorts = ["name", "status", "resourceGroup", "policy", "lastPoint", "diskBytes"] as const;
export type VmSort = (typeof vmSorts)[number];

export const sortDirections = ["asc", "desc"] as const;
export type SortDirection = (typeof sortDirections)[number];
