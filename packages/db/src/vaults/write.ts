import { KluisError, type VaultKind } from "@kluis/domain";
import type { Tx } from "../tx.ts";

export interface VaultRow {
  /** The id in the vault itself. */
  readonly id: string;
  readonly name: string;
  readonly kind: VaultKind;
  /** Its location, without a key or signature. */
  readonly address: string;
  readonly keyId: string;
  readonly createdAt: Date;
}

/** Stores the vault that a process has opened; returns false when it was stored before. */
export async function ensureVault(tx: Tx, vault: VaultRow): Promise<boolean> {
  const { id, address, keyId } = vault;
  const made = await tx.vault.createMany({ data: [vault], skipDuplicates: true });
  const known = await tx.vault.findUnique({ where: { name: vault.name }, select: { id: true } });
  if (known?.id !== id) {
    throw new KluisError("CONFLICT", {
      reason: "other-vault",
      message: `The database has another vault with the name "${vault.name}".`,
      action:
        "Configure the vault of this database, or another database: recovery points belong to one vault.",
      params: { vault: vault.name },
    });
  }
  await tx.vault.updateMany({
    where: { id, OR: [{ address: { not: address } }, { keyId: { not: keyId } }] },
    data: { address, keyId },
  });
  return made.count === 1;
}
