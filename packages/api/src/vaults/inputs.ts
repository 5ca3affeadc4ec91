import { z } from "zod";
import { settingName } from "../connections/inputs.ts";

/** Id or name. */
const vault = z.string().trim().min(1).max(80);
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

export const vaultPlaceInput = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("azure-blob"), connectionString, container }),
  /** A folder below the one that the operator allows. */
  z.strictObject({ kind: z.literal("folder"), folder }),
]);

export const addVaultInput = z.strictObject({ name: settingName, place: vaultPlaceInput });
export type AddVaultInput = z.infer<typeof addVaultInput>;

export const rotateVaultInput = z.strictObject({ vault, connectionString });
export type RotateVaultInput = z.infer<typeof rotateVaultInput>;

const loopback = new Set(["127.0.0.1", "localhost", "[::1]"]);

/** The account of a connection string; null when it names none, or would send its key unencrypted over a network. */
export function accountOf(text: string): string | null {
  const parts = new Map(
    text
      .split(";")
      .filter((part) => part.includes("="))
      .map((part) => [
        part.slice(0, part.indexOf("=")).trim().toLowerCase(),
        part.slice(part.indexOf("=") + 1).trim(),
      ]),
  );
  const endpoint = parts.get("blobendpoint") ?? null;
  if (!parts.has("accountkey") && !parts.has("sharedaccesssignature")) return null;
  if (endpoint === null) {
    return parts.get("defaultendpointsprotocol") === "http" ? null : (parts.get("accountname") ?? null);
  }
  if (!URL.canParse(endpoint)) return null;
  const url = new URL(endpoint);
  if (url.protocol !== "https:" && !(url.protocol === "http:" && loopback.has(url.hostname))) return null;
  return parts.get("accountname") ?? url.hostname.split(".")[0] ?? null;
}
