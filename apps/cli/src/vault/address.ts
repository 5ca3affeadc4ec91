/** Where a vault is: a folder, or a container of Azure Blob storage. Reads the secret of a storage account, never from arguments. */
import { readFile } from "node:fs/promises";
import path from "node:path";
import type { BlobStore } from "@kluis/vault";
import { UsageError } from "../failure.ts";
import { isSystemError } from "../file-errors.ts";
import type { Terminal } from "../terminal.ts";

export type VaultAddress =
  | { readonly kind: "folder"; readonly folder: string }
  | { readonly kind: "blob"; readonly account: string; readonly container: string };

export interface StoreInput {
  readonly vault: string | undefined;
  /** A path, or `-` for standard input. */
  readonly connectionFile: string | undefined;
  /** True: makes a missing container. Only a command that makes a vault does. A deleted container could not be undeleted any more. */
  readonly create?: boolean;
}

/** The variables that stand in for the options. */
export interface StoreVariables {
  readonly vault: string;
  readonly connectionFile: string;
  readonly connection: string;
}

export const ownVariables: StoreVariables = {
  vault: "KLUIS_VAULT",
  connectionFile: "KLUIS_VAULT_CONNECTION_FILE",
  connection: "KLUIS_VAULT_CONNECTION",
};

const container = /^(?:\$root|[a-z0-9](?:[a-z0-9-]{1,61}[a-z0-9]))$/;

/** @throws UsageError for an address that holds a secret or names no container */
export function parseAddress(text: string): VaultAddress {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return { kind: "folder", folder: path.resolve(text) };
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !["http:", "https:"].includes(url.protocol))
    throw new UsageError("The vault's address is not valid.", "Use a folder, or https://ACCOUNT/CONTAINER.");
  if (url.search !== "" || url.username !== "" || url.password !== "")
    throw new UsageError(
      "The vault's address holds a secret.",
      "Other users of this machine can read arguments: put the SAS token in a file, and use --connection-file.",
    );
  const names = url.pathname.split("/").filter((name) => name !== "");
  const last = names.pop();
  if (last === undefined || !container.test(last) || names.length > 1)
    throw new UsageError("The vault's address names no container.", "Use https://ACCOUNT/CONTAINER.");
  return { kind: "blob", account: [url.origin, ...names].join("/"), container: last };
}

/**
 * Opens the store of an address.
 * @param variables of this store, for what the options leave out
 * @throws UsageError, KluisError VAULT_UNREACHABLE, AZURE_AUTH_FAILED, AZURE_FORBIDDEN
 */
export async function openStore(
  { terminal, signal }: { readonly terminal: Terminal; readonly signal: AbortSignal },
  input: StoreInput,
  variables: StoreVariables = ownVariables,
): Promise<BlobStore> {
  const text = input.vault ?? terminal.variable(variables.vault);
  if (text === undefined || text === "")
    throw new UsageError("No vault is named.", `Use --vault, or set ${variables.vault}.`);
  const address = parseAddress(text);
  const vault = await import("@kluis/vault");
  if (address.kind === "folder")
    return vault.createFolderStore(address.folder, { create: input.create === true });
  const secret = await readConnection(terminal, input.connectionFile, variables);
  return vault.openAzureBlobStore(
    {
      account: accountOf(address.account, secret),
      container: address.container,
      createContainer: input.create === true,
    },
    signal,
  );
}

async function readConnection(
  terminal: Terminal,
  option: string | undefined,
  variables: StoreVariables,
): Promise<string> {
  const file = option ?? terminal.variable(variables.connectionFile);
  const text =
    file === undefined || file === ""
      ? terminal.variable(variables.connection)
      : await readText(terminal, file);
  const secret = text?.trim() ?? "";
  if (secret !== "" && secret.length <= MOST_CHARACTERS) return secret;
  throw new UsageError(
    secret === ""
      ? "The storage account needs a connection string or a SAS token."
      : "The secret is too long.",
    `Use --connection-file, or set ${variables.connectionFile} or ${variables.connection}.`,
  );
}

/** Longer than any connection string with a SAS token. */
const MOST_CHARACTERS = 8_192;

/** A file of a few kilobytes, or standard input for `-`. @throws UsageError when it cannot be read */
export async function readText(terminal: Terminal, file: string): Promise<string> {
  if (file === "-") return terminal.input();
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (isSystemError(error, "ENOENT", "EACCES", "EPERM", "EISDIR", "ENOTDIR"))
      throw new UsageError(`${file} cannot be read.`, "Check the path and its permissions.");
    throw error;
  }
}

/** A secret is a SAS token, or a connection string of the very account in the address. */
export function accountOf(
  account: string,
  secret: string,
): { readonly connectionString: string } | { readonly url: string } {
  if (!/(^|;)\s*(AccountName|BlobEndpoint|UseDevelopmentStorage)=/i.test(secret)) {
    const token = secret.replace(/^\?/, "");
    if (!new URLSearchParams(token).has("sig"))
      throw new UsageError(
        "The secret is neither a connection string nor a SAS token.",
        "Copy it again from the storage account.",
      );
    return { url: `${account}?${token}` };
  }
  const endpoint = endpointOf(secret);
  if (endpoint !== null && endpoint !== account.toLowerCase())
    throw new UsageError(
      `The connection string is for ${endpoint}, but the address is in ${account}.`,
      "Use the connection string of this storage account.",
    );
  return { connectionString: secret };
}

/** The blob endpoint that a connection string means; null for the emulator's short form. */
function endpointOf(connection: string): string | null {
  const fields = new Map(
    connection
      .split(";")
      .map((field) => [field.slice(0, field.indexOf("=")).trim().toLowerCase(), field] as const)
      .map(([name, field]) => [name, field.slice(field.indexOf("=") + 1).trim()]),
  );
  const stated = fields.get("blobendpoint");
  if (stated !== undefined) return stated.replace(/\/+$/, "").toLowerCase();
  const name = fields.get("accountname");
  if (name === undefined) return null;
  const suffix = fields.get("endpointsuffix") ?? "core.windows.net";
  return `${fields.get("defaultendpointsprotocol") ?? "https"}://${name}.blob.${suffix}`.toLowerCase();
}
