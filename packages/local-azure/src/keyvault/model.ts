/** Key vaults in the state. Records have the vault's name in lower case as key: it is unique in Azure. */
import { z } from "zod";

export const keyOperations = ["encrypt", "decrypt", "sign", "verify", "wrapKey", "unwrapKey"] as const;

const versionSchema = z.object({
  version: z.string(),
  /** PKCS #8 PEM. */
  privateKey: z.string(),
  keyOps: z.array(z.enum(keyOperations)),
  enabled: z.boolean(),
  /** Seconds since 1970, as in Azure. */
  nbf: z.number().optional(),
  exp: z.number().optional(),
  created: z.number(),
  updated: z.number(),
  tags: z.record(z.string(), z.string()).optional(),
});

const keySchema = z.object({
  name: z.string(),
  /** The oldest first; the last one is current. */
  versions: z.array(versionSchema).min(1),
  /** In soft delete since this second. */
  deletedAt: z.number().optional(),
});

export const keyVaultSchema = z.object({
  /** ARM id. */
  id: z.string(),
  name: z.string(),
  subscriptionId: z.string(),
  resourceGroup: z.string(),
  location: z.string(),
  tenantId: z.string(),
  /** `Disabled`: only private endpoints reach it, and this server has none. */
  publicNetworkAccess: z.enum(["Enabled", "Disabled"]).default("Enabled"),
  /** By name in lower case. */
  keys: z.record(z.string(), keySchema),
});

export type KeyVersion = z.infer<typeof versionSchema>;
export type StoredKey = z.infer<typeof keySchema>;
export type KeyVault = z.infer<typeof keyVaultSchema>;
