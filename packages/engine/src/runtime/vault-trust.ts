/** Stops backups into a vault that is not the one that the database knows. */
import { readVaultTrust, type Tx } from "@kluis/db";
import { KluisError, mayCollect, writesStopped } from "@kluis/domain";

type Stopped = NonNullable<ReturnType<typeof writesStopped>>;

const texts: Readonly<
  Record<Stopped, { readonly message: (vault: string) => string; readonly action: string }>
> = {
  comparing: {
    message: (vault) => `Vault ${vault} and the database differ, and are being compared.`,
    action: "Nothing to do: backups continue when every pack has been compared.",
  },
  foreign: {
    message: (vault) => `The storage of vault ${vault} holds another vault.`,
    action: "Put the right storage in its place, or make another vault the default.",
  },
  missing: {
    message: (vault) => `The storage of vault ${vault} holds no vault.`,
    action: "Mount its folder or undelete its container, or make another vault the default.",
  },
};

/** @throws KluisError VAULT_UNUSABLE while no backup may write to the vault */
export async function requireWritable(tx: Tx, vaultId: string): Promise<void> {
  const trust = await readVaultTrust(tx, vaultId);
  const reason = trust === null ? null : writesStopped(trust);
  if (trust === null || reason === null) return;
  const { message, action } = texts[reason];
  throw new KluisError("VAULT_UNUSABLE", {
    reason,
    message: message(trust.name),
    action,
    params: { vault: trust.name },
  });
}

/** Whether packs and manifests of a vault may be deleted. */
export async function mayDelete(tx: Tx, vaultId: string): Promise<boolean> {
  const trust = await readVaultTrust(tx, vaultId);
  return trust !== null && mayCollect(trust);
}
