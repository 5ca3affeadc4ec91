/** The closed list of conditions of a VM; `conditions.ts` has the effect of each. */
export const conditionNames = [
  "com-error",
  "com-memory",
  "msdtc",
  "vss-writers",
  "vc-redist",
  "vm-resources",
  "no-network",
  "application-control",
  "snapshot-limit",
  "internal-error",
  "internal-execution-error",
  "key-vault-missing",
  "key-denied",
  "vm-changes",
  "disk-not-allocated",
  "os-provisioning",
  "allocation",
] as const;

export type ConditionName = (typeof conditionNames)[number];
