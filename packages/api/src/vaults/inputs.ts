import {
  deduplicationScopes,
  leastBandwidth,
  mostBandwidth,
  regionSchema,
  textLine,
  vaultCopySchema,
} from "@kluis/domain";
import { z } from "zod";
import { settingName } from "../connections/inputs.ts";
import { paging } from "../inputs.ts";

/** Id or name. */
const vault = textLine.min(1).max(80);
export const vaultInput = z.strictObject({ vault });

/** The connection string of a storage account; without keys in clear text to another machine. */
const connectionString = z
  .string()
  .trim()
  .min(1)
  .max(4_096)
  .refine((text) => accountOf(text) !== null, {
    error: "Give the connection string of a storage account, with its key or a shared access signature.",
  });

/** https://learn.microsoft.com/rest/api/storageservices/naming-and-referencing-containers--blobs--and-metadata */
const container = z
  .string()
  .regex(
    /^(?!.*--)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/,
    "Use 3 to 63 lower-case letters, digits and single dashes.",
  );
const folder = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/, "Use letters, digits and dashes.");

/** Identities with fewer rights; without one, the connection string does its work. */
const identities = {
  /** Deletes objects. */
  collectorConnectionString: connectionString.optional(),
  /** Reads for the portal. */
  readerConnectionString: connectionString.optional(),
};

interface Credentials {
  readonly connectionString: string;
  readonly collectorConnectionString?: string | undefined;
  readonly readerConnectionString?: string | undefined;
}

/** All identities reach one account: a reader of another one would show another vault. */
function isOneAccount(given: Credentials): boolean {
  const { connectionString: writer, collectorConnectionString, readerConnectionString } = given;
  return [collectorConnectionString, readerConnectionString].every(
    (text) => text === undefined || accountOf(text) === accountOf(writer),
  );
}

const oneAccount = { error: "All connection strings must be of the same storage account." };

export const vaultPlaceInput = z.discriminatedUnion("kind", [
  z
    .strictObject({ kind: z.literal("azure-blob"), connectionString, ...identities, container })
    .refine(isOneAccount, oneAccount),
  /** A folder below the one that the operator allows. */
  z.strictObject({ kind: z.literal("folder"), folder }),
]);

export const addVaultInput = z.strictObject({
  name: settingName,
  place: vaultPlaceInput,
  /** Where its storage is. Required where guardrails allow only some regions. */
  region: regionSchema.optional(),
});
export type AddVaultInput = z.infer<typeof addVaultInput>;

export const updateVaultInput = z.strictObject({ vault, name: settingName });
export type UpdateVaultInput = z.infer<typeof updateVaultInput>;

/** An absent value keeps the present one. */
export const configureVaultInput = z.strictObject({
  vault,
  /** Which VMs share content, from the next backup on. */
  deduplication: z.enum(deduplicationScopes).optional(),
  /** MiB per second that backups of all engines together may store; null: no limit. */
  bandwidth: z.int().min(leastBandwidth).max(mostBandwidth).nullable().optional(),
  /** GiB of disks that scheduled verifications of all policies together may read in a night; null: no limit. */
  verifyGib: z.int().min(1).max(1_000_000).nullable().optional(),
  /** Where its storage is; null: not recorded. */
  region: regionSchema.nullable().optional(),
});
export type ConfigureVaultInput = z.infer<typeof configureVaultInput>;

export const vaultDamageInput = z.strictObject({
  vault,
  /** True: healed damage; false: damage that is not healed. */
  healed: z.boolean().default(false),
  ...paging,
});
export type VaultDamageInput = z.infer<typeof vaultDamageInput>;

/** Null ends the copies. */
export const vaultCopyInput = z.strictObject({
  vault,
  copy: vaultCopySchema.extend({ /** Id or name of the second vault. */ to: vault }).nullable(),
});
export type VaultCopyInput = z.infer<typeof vaultCopyInput>;

/** Replaces the credentials of all identities: one that is absent has none any more. */
export const rotateVaultInput = z
  .strictObject({ vault, connectionString, ...identities })
  .refine(isOneAccount, oneAccount);
export type RotateVaultInput = z.infer<typeof rotateVaultInput>;

const loopback = new Set(["127.0.0.1", "localhost", "[::1]"]);

/** The parts that the SDK reads or ignores safely. It takes the first of equal names and tells letter cases apart. */
const connectionParts = new Set([
  "DefaultEndpointsProtocol",
  "AccountName",
  "AccountKey",
  "EndpointSuffix",
  "BlobEndpoint",
  "FileEndpoint",
  "QueueEndpoint",
  "TableEndpoint",
  "SharedAccessSignature",
]);

/** The parts by name; null when the SDK could read another address from the text than this does. */
function partsOf(text: string): ReadonlyMap<string, string> | null {
  const parts = new Map<string, string>();
  for (const part of text.split(";").filter((one) => one.trim() !== "")) {
    const [name = "", ...value] = part.trim().split("=");
    if (!connectionParts.has(name) || parts.has(name)) return null;
    parts.set(name, value.join("="));
  }
  return parts;
}

const accountName = /^[a-z0-9]{3,24}$/;
const hostName = /^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/;

/** The account of a connection string; null when it names none, or could send its key unencrypted over a network. */
export function accountOf(text: string): string | null {
  const parts = partsOf(text);
  if (parts === null || !(parts.has("AccountKey") || parts.has("SharedAccessSignature"))) return null;
  const name = parts.get("AccountName") ?? null;
  if (name !== null && !accountName.test(name)) return null;
  const endpoint = parts.get("BlobEndpoint") ?? null;
  if (endpoint !== null) return isSafeEndpoint(endpoint) ? (name ?? hostAccountOf(endpoint)) : null;
  const protocol = parts.get("DefaultEndpointsProtocol") ?? "https";
  const suffix = parts.get("EndpointSuffix") ?? "core.windows.net";
  return protocol === "https" && hostName.test(suffix) ? name : null;
}

/** A connection string without its key and its signature: account and addresses, in one order. */
export function publicPartOf(text: string): string {
  const parts = [...(partsOf(text) ?? [])].filter(
    ([name]) => name !== "AccountKey" && name !== "SharedAccessSignature",
  );
  return parts
    .map(([name, value]) => `${name}=${value}`)
    .toSorted()
    .join(";");
}

function isSafeEndpoint(endpoint: string): boolean {
  if (!URL.canParse(endpoint)) return false;
  const { protocol, hostname, username, password, search, hash } = new URL(endpoint);
  if (`${username}${password}${search}${hash}` !== "") return false;
  return protocol === "https:" || (protocol === "http:" && loopback.has(hostname));
}

function hostAccountOf(endpoint: string): string | null {
  return new URL(endpoint).hostname.split(".")[0] ?? null;
}
