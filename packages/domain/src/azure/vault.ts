/** Where a vault stores its blobs. */
export const vaultKinds = ["azure-blob", "folder"] as const;
export type VaultKind = (typeof vaultKinds)[number];
