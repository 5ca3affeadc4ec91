/** Opens the vault that a command line names. */
import type { BlobStore, KeyProvider, TransferLimits, Vault } from "@kluis/vault";
import { type LocalSession, option } from "../command.ts";
import { UsageError } from "../failure.ts";
import type { Terminal } from "../terminal.ts";
import { text } from "../values.ts";
import { openStore, readText } from "./address.ts";

/** The options of every command that opens a vault. */
export const vaultOptions = {
  vault: option("address", "folder, or https address of a blob container (or KLUIS_VAULT)", text.optional()),
  connectionFile: option(
    "file",
    "storage connection string or SAS token; - reads standard input",
    text.optional(),
  ),
  keyFile: option(
    "file",
    "key file, or text of a recovery key or of shares (or KLUIS_VAULT_KEY_FILE)",
    text.optional(),
  ),
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

/**
 * The key of `--key-file` or the variable: a key file, or a text file with a printed recovery key or with printed shares.
 * @throws UsageError without one, KluisError CONFIG_INVALID, INPUT_INVALID naming a group with a typing error
 */
export async function openKeys(
  { terminal }: LocalSession,
  { keyFile }: VaultInput,
  { create }: { readonly create: boolean },
): Promise<KeyProvider> {
  const file = keyFile ?? terminal.variable("KLUIS_VAULT_KEY_FILE");
  if (file === undefined || file === "")
    throw new UsageError("No key is named.", "Use --key-file, or set KLUIS_VAULT_KEY_FILE.");
  const vault = await import("@kluis/vault");
  const printed = create ? null : await readPrinted(terminal, file);
  if (printed !== null)
    return printed.isShares
      ? vault.combineShares(printed.lines)
      : vault.readRecoveryKey(printed.lines.join(" "));
  return vault.openVaultKey({ name: "vault", kind: "folder", folder: "", keyFile: file }, { create });
}

/** Characters of a printed recovery key, without its dashes. */
const RECOVERY_CHARACTERS = 45;

/** The text of a printed key; null for a file that is not text of that kind. */
async function readPrinted(
  terminal: Terminal,
  file: string,
): Promise<{ readonly lines: readonly string[]; readonly isShares: boolean } | null> {
  let text: string;
  try {
    text = (await readText(terminal, file)).trim();
  } catch (error) {
    // The key file's own error says more.
    if (error instanceof UsageError) return null;
    throw error;
  }
  if (text === "" || text.startsWith("{")) return null;
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "");
  return { lines, isShares: text.replaceAll(/[^A-Za-z0-9]/g, "").length > RECOVERY_CHARACTERS };
}
