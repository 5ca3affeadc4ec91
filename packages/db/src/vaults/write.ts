import { KluisError } from "@kluis/domain";
import type { Tx } from "../tx.ts";

export interface VaultRow {
  /** The vault's own id, as it stands in the vault. */
  readonly id: string;
  readonly name: string;
  /** `azure-blob` or `folder`. */
  readonly kind: string;
  /** Where it lies; never with a key or signature. */
  readonly address: string;
  readonly keyId: string;
  readonly createdAt: Date;
}

/** Writes down the vault that a process has opened; true when the database had not known it. */
export async function ensureVault(tx: Tx, vault: VaultRow): Promise<boolean> {
  const { id, address, keyId } = vault;
  const made = await tx.vault.createMany({ data: [vault], skipDuplicates: true });
  const known = await tx.vault.findUnique({ where: { name: vault.name }, select: { id: true } });
  if (known?.id !== id) {
    throw new KluisError("CONFLICT", {
      reason: "other-vault",
      message: `The database knows another vault under the name "${vault.name}".`,
      action: "Give the right vault, or another database: recovery points belong to one vault.",
      params: { vault: vault.name },
    });
  }
  await tx.vault.updateMany({
    where: { id, OR: [{ address: { not: address } }, { keyId: { not: keyId } }] },
    data: { address, keyId },
  });
  return made.count === 1;
}

export function listVaults(tx: Tx): Promise<VaultRow[]> {
  return tx.vault.findMany({ orderBy: { name: "asc" } });
}
