/** Opens the vault that a command line names. */
import type { BlobStore, KeyProvider, TransferLimits, Vault } from "@kluis/vault";
import { type LocalSession, option } from "../command.ts";
import { UsageError } from "../failure.ts";
import { text } from "../values.ts";
import { openStore } from "./address.ts";

/** The options of every command that opens a vault. */
export const vaultOptions = {
  vault: option("address", "folder, or https address of a blob container (or KLUIS_VAULT)", text.optional()),
  connectionFile: option(
    "file",
    "storage connection string or SAS token; - reads standard input",
    text.optional(),
  ),
  keyFile: option("file", "key file (or KLUIS_VAULT_KEY_FILE)", text.optional()),
};

export interface VaultInput {
  readonly vault?: string | undefined;
  readonly connectionFile?: string | undefined;
  readonly keyFile?: string | undefined;
}

export interface OpenedVault {
  readonly vault: Vault;
  readonly store: BlobStore;
}

export async function openNamedVault(
  session: LocalSession,
  input: VaultInput,
  limits?: TransferLimits,
): Promise<OpenedVault> {
  const [{ openVault }, { processWorkers }] = await Promise.all([
    import("@kluis/vault"),
    import("@kluis/vault/workers"),
  ]);
  const store = await openNamedStore(session, input);
  const keys = await openKeys(session, input, { create: false });
  const shared = { workers: processWorkers(), ...(limits === undefined ? {} : { limits }) };
  return { vault: await openVault({ store, keys, signal: session.signal, ...shared }), store };
}

export function openNamedStore(session: LocalSession, input: VaultInput): Promise<BlobStore> {
  return openStore(session, { vault: input.vault, connectionFile: input.connectionFile });
}

/** The key of the options or the variable. @throws UsageError without one, KluisError CONFIG_INVALID */
export async function openKeys(
  { terminal }: LocalSession,
  { keyFile }: VaultInput,
  { create }: { readonly create: boolean },
): Promise<KeyProvider> {
  const file = keyFile ?? terminal.variable("KLUIS_VAULT_KEY_FILE");
  if (file === undefined || file === "")
    throw new UsageError("No key is named.", "Use --key-file, or set KLUIS_VAULT_KEY_FILE.");
  const { openVaultKey } = await import("@kluis/vault");
  return openVaultKey({ name: "vault", kind: "folder", folder: "", keyFile: file }, { create });
}
