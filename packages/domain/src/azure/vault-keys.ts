/** What opens a vault: `file` in a key file, `recovery` on paper, `shares` on several papers, `key-vault` in Azure Key Vault. */
export const keySlotKinds = ["file", "recovery", "shares", "key-vault"] as const;
export type KeySlotKind = (typeof keySlotKinds)[number];
