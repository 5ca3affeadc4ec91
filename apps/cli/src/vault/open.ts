/** Opens the vault that a command line names. */
import { keyVaultKeySchema } from "@kluis/domain/core";
import type { BlobStore, KeyProvider, KeyVaultClient, TransferLimits, Vault } from "@kluis/vault";
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
  keyVault: option(
    "address",
    "key in Azure Key Vault, as https://NAME.vault.azure.net/keys/KEY (or KLUIS_VAULT_KEY_VAULT)",
    keyVaultKeySchema.optional(),
  ),
};

export interface VaultInput {
  readonly vault?: string | undefined;
  readonly connectionFile?: string | undefined;
  readonly keyFile?: string | undefined;
  readonly keyVault?: string | undefined;
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

/** @param options.create true: makes a missing container, for a new vault */
export function openNamedStore(
  session: LocalSession,
  { vault, connectionFile }: VaultInput,
  { create }: { readonly create: boolean } = { create: false },
): Promise<BlobStore> {
  return openStore(session, { vault, connectionFile, create });
}

/**
 * The keys of `--key-file` and `--key-vault`, or their variables: a key file, a text file with a printed recovery key or with
 * printed shares, a key in Azure Key Vault. Any of them opens; the one without a request is tried first.
 * @throws UsageError without one, KluisError CONFIG_INVALID, INPUT_INVALID naming a group with a typing error
 */
export async function openKeys(
  { terminal }: LocalSession,
  { keyFile, keyVault }: VaultInput,
  { create }: { readonly create: boolean },
): Promise<KeyProvider> {
  const file = keyFile ?? terminal.variable("KLUIS_VAULT_KEY_FILE") ?? "";
  const address = keyVault ?? terminal.variable("KLUIS_VAULT_KEY_VAULT") ?? "";
  const vault = await import("@kluis/vault");
  const remote =
    address === "" ? null : new vault.KeyVaultKey(await openKeyVault(terminal), { keyId: address });
  if (file === "" && remote !== null) return remote;
  if (file === "")
    throw new UsageError("No key is named.", "Use --key-file or --key-vault, or set KLUIS_VAULT_KEY_FILE.");
  const local = await openFile(terminal, file, create);
  return remote === null ? local : vault.joinKeys([local, remote]);
}

async function openFile(terminal: Terminal, file: string, create: boolean): Promise<KeyProvider> {
  const vault = await import("@kluis/vault");
  const printed = create ? null : await readPrinted(terminal, file);
  if (printed === null) return vault.openVaultKey({ keyFile: file }, { create });
  const { isShares, lines } = printed;
  return isShares ? vault.combineShares(lines) : vault.readRecoveryKey(lines.join(" "));
}

/** Signs in to Azure as the variables KLUIS_AZURE_… say, else as the managed identity of this machine. */
export async function openKeyVault(terminal: Terminal): Promise<KeyVaultClient> {
  const { lazyKeyVault } = await import("@kluis/vault");
  const env = Object.fromEntries(identityVariables.map((name) => [name, terminal.variable(name)]));
  return lazyKeyVault(async () => (await import("@kluis/azure/key-vault")).keyVaultFromEnv(env));
}

const identityVariables = [
  "KLUIS_AZURE_TENANT_ID",
  "KLUIS_AZURE_CLIENT_ID",
  "KLUIS_AZURE_CLIENT_SECRET_FILE",
  "KLUIS_AZURE_FEDERATED_TOKEN_FILE",
  "KLUIS_AZURE_AUTHORITY_HOST",
  "KLUIS_AZURE_REWRITE",
];

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
