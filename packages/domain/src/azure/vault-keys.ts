import { z } from "zod";

/** What opens a vault: `file` in a key file, `recovery` on paper, `shares` on several papers, `key-vault` in Azure Key Vault. */
export const keySlotKinds = ["file", "recovery", "shares", "key-vault"] as const;
export type KeySlotKind = (typeof keySlotKinds)[number];

/** Services of Azure that keep keys, in all clouds. A token is sent to no other host. */
const keyServices = [
  "vault.azure.net",
  "managedhsm.azure.net",
  "vault.usgovcloudapi.net",
  "vault.azure.cn",
] as const;
const service = keyServices.map((name) => name.replaceAll(".", String.raw`\.`)).join("|");
const address = new RegExp(
  `^https://([a-z0-9][a-z0-9-]{1,22}[a-z0-9])\\.(${service})/keys/([0-9a-z-]{1,127})(?:/([0-9a-f]{32}))?/?$`,
  "i",
);

/** The parts of the address of a key in Azure Key Vault. */
export interface KeyVaultKeyAddress {
  /** `https://NAME.vault.azure.net` */
  readonly vaultUrl: string;
  /** `vault.azure.net`: what a token is for. */
  readonly service: string;
  readonly key: string;
  /** Null: the current one. */
  readonly version: string | null;
}

/** The parts of `https://NAME.vault.azure.net/keys/KEY[/VERSION]`; null for another text. */
export function parseKeyVaultKey(text: string): KeyVaultKeyAddress | null {
  const [, vault, host, key, version] = address.exec(text.trim()) ?? [];
  if (vault === undefined || host === undefined || key === undefined) return null;
  const vaultUrl = `https://${vault}.${host}`.toLowerCase();
  return { vaultUrl, service: host.toLowerCase(), key, version: version?.toLowerCase() ?? null };
}

/** Whether two addresses name the same key, in any version. */
export function isSameKeyVaultKey(a: string, b: string): boolean {
  const [one, two] = [parseKeyVaultKey(a), parseKeyVaultKey(b)];
  return (
    one !== null &&
    two !== null &&
    one.vaultUrl === two.vaultUrl &&
    one.key.toLowerCase() === two.key.toLowerCase()
  );
}

/** The address of a key in Azure Key Vault, as its portal shows it. */
export const keyVaultKeySchema = z
  .string()
  .trim()
  .max(300)
  .refine((text) => parseKeyVaultKey(text) !== null, {
    error: "is not the address of a key, such as https://NAME.vault.azure.net/keys/KEY",
  });
