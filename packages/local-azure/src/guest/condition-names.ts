/** The closed list of what can be wrong with a VM; `conditions.ts` says what each does. */
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
