/** The keys of vaults: copies of their slots, which open nothing without the key, and what Kluis knows of each. */
import { type KeySlotKind, keySlotKinds, notice } from "@kluis/domain";
import { z } from "zod";
import { clearAttention, raiseAttention } from "../attention/write.ts";
import { raiseConfigVersion } from "../connections/config-version.ts";
import { fromJson } from "../json.ts";
import { databaseNow } from "../time.ts";
import type { Tx } from "../tx.ts";

/** A key as an open vault describes it. */
export interface SeenKey {
  readonly holder: string;
  readonly kind: KeySlotKind;
  readonly keyId: string;
  readonly label: string;
  readonly addedAt: string;
  readonly shares: { readonly threshold: number; readonly count: number } | null;
  /** It opened the vault just now. */
  readonly isUsed: boolean;
  readonly copy: Uint8Array | null;
}

const rowSchema = z.object({
  holder: z.string(),
  kind: z.enum(keySlotKinds),
  keyId: z.string(),
  label: z.string(),
  threshold: z.int().nullable(),
  shares: z.int().nullable(),
  addedAt: z.date(),
  usedAt: z.date().nullable(),
  provenAt: z.date().nullable(),
  provenBy: z.string().nullable(),
});
export type VaultKeyRow = z.infer<typeof rowSchema>;

/** The keys of a vault, the oldest first. */
export async function listVaultKeys(tx: Tx, vaultId: string): Promise<VaultKeyRow[]> {
  const rows = await tx.vaultKey.findMany({
    where: { vaultId },
    omit: { copy: true, vaultId: true },
    orderBy: [{ addedAt: "asc" }, { holder: "asc" }],
  });
  return rows.map((row) => fromJson(rowSchema, row, "VaultKey"));
}

/** Copies of all key slots of a vault. */
export async function readKeyCopies(tx: Tx, vaultId: string): Promise<Uint8Array[]> {
  const rows = await tx.vaultKey.findMany({ where: { vaultId }, select: { copy: true } });
  return rows.map(({ copy }) => copy);
}

/** The addresses of a vault's keys in Azure Key Vault: an owner added them, so requests with our token may go there. */
export async function readKeyVaultKeys(tx: Tx, vaultId: string): Promise<string[]> {
  const rows = await tx.vaultKey.findMany({ where: { vaultId, kind: "key-vault" }, select: { keyId: true } });
  return rows.map(({ keyId }) => keyId);
}

/**
 * Makes the rows of a vault's keys equal to what the open vault says. A new root key makes every process open the vault again.
 * Removes the rows of other holders: a vault that was opened with all copies knows who was removed.
 */
export async function syncVaultKeys(
  tx: Tx,
  {
    vaultId,
    keys,
    generation,
  }: {
    readonly vaultId: string;
    readonly keys: readonly SeenKey[];
    readonly generation: string | null;
  },
): Promise<void> {
  const now = await databaseNow(tx);
  const holders = keys.map(({ holder }) => holder);
  await tx.vaultKey.deleteMany({ where: { vaultId, holder: { notIn: holders } } });
  for (const { holder, kind, keyId, label, addedAt, shares, isUsed, copy } of keys) {
    if (copy === null) continue;
    const latest = { copy: new Uint8Array(copy), ...(isUsed ? { usedAt: now } : {}) };
    const counts = { threshold: shares?.threshold ?? null, shares: shares?.count ?? null };
    const facts = { kind, keyId, label, ...counts, addedAt: new Date(addedAt) };
    await tx.vaultKey.createMany({ data: { vaultId, holder, ...facts, ...latest }, skipDuplicates: true });
    await tx.vaultKey.updateMany({ where: { vaultId, holder }, data: latest });
  }
  const { count } = await tx.vault.updateMany({
    where: { id: vaultId, OR: [{ keyGeneration: null }, { keyGeneration: { not: generation } }] },
    data: { keyGeneration: generation },
  });
  if (count > 0 && generation !== null) await raiseConfigVersion(tx);
}

/** Stores that a person has shown that a key opens the vault. */
export async function noteKeyProven(
  tx: Tx,
  { vaultId, holder, by }: { readonly vaultId: string; readonly holder: string; readonly by: string },
): Promise<void> {
  const now = await databaseNow(tx);
  const data = { provenAt: now, usedAt: now, provenBy: by };
  await tx.vaultKey.updateMany({ where: { vaultId, holder }, data });
}

/** Stores that a key opened the vault just now. A key of Key Vault has no paper to type back: this is its proof. */
export async function noteKeyOpened(
  tx: Tx,
  { vaultId, holder }: { readonly vaultId: string; readonly holder: string },
): Promise<void> {
  const now = await databaseNow(tx);
  await tx.vaultKey.updateMany({ where: { vaultId, holder }, data: { usedAt: now } });
  await tx.vaultKey.updateMany({
    where: { vaultId, holder, provenAt: null },
    data: { provenAt: now, provenBy: "Kluis" },
  });
}

/** Stores which objects among the key slots are strange. @returns those that were not known as such */
export async function noteStrangeSlots(
  tx: Tx,
  { vaultId, names }: { readonly vaultId: string; readonly names: readonly string[] },
): Promise<string[]> {
  const row = await tx.vault.findUnique({ where: { id: vaultId }, select: { strangeSlots: true } });
  if (row === null) return [];
  const known = new Set(row.strangeSlots);
  await tx.vault.updateMany({ where: { id: vaultId }, data: { strangeSlots: [...names] } });
  return names.filter((name) => !known.has(name));
}

/** Requests a recovery key while no key on paper was made and proven. Call it last in the transaction, as `appendEvents`. */
export async function judgeRecoveryKey(
  tx: Tx,
  vault: { readonly id: string; readonly name: string },
): Promise<void> {
  const key = `vault-recovery:${vault.id}` as const;
  const onPaper = { kind: { in: ["recovery", "shares"] } };
  const where = { vaultId: vault.id, ...onPaper };
  const proven = await tx.vaultKey.count({ where: { ...where, provenAt: { not: null } } });
  if (proven > 0) {
    await clearAttention(tx, key);
    return;
  }
  const made = await tx.vaultKey.count({ where });
  const said = made === 0 ? "vault-no-recovery-key" : "vault-recovery-key-unproven";
  await raiseAttention(tx, { key, kind: "vault-recovery", notice: notice(said, { vault: vault.name }) });
}
