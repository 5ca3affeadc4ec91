/** Vaults as processes open them and pages show them. */
import {
  deduplicationScopes,
  KluisError,
  settingSources,
  switchStates,
  type TruthFacts,
  truthFactsSchema,
  type VaultStrays,
  type VaultTest,
  vaultCopySchema,
  vaultKinds,
  vaultStraysSchema,
  vaultTestSchema,
  vaultTruths,
} from "@kluis/domain";
import { z } from "zod";
import { fromJson } from "../json.ts";
import { idOrName } from "../text.ts";
import type { Tx } from "../tx.ts";

const rowSchema = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.enum(vaultKinds),
  source: z.enum(settingSources),
  state: z.enum(switchStates),
  isDefault: z.boolean(),
  account: z.string().nullable(),
  container: z.string().nullable(),
  folder: z.string().nullable(),
  /** Where its storage is; null: not recorded. */
  region: z.string().nullable(),
  credentialKind: z.enum(["connection-string", "none"]),
  deduplication: z.enum(deduplicationScopes),
  bandwidth: z.int().nullable(),
  /** The second vault that gets its points; null: none. */
  copy: vaultCopySchema.nullable(),
  verifyGib: z.int().nullable(),
  secretChangedAt: z.date().nullable(),
  identity: z.string().nullable(),
  keyId: z.string().nullable(),
  keyGeneration: z.string().nullable(),
  createdAt: z.date(),
  changedAt: z.date(),
  testAskedAt: z.date().nullable(),
  testedAt: z.date().nullable(),
  testedBy: z.string().nullable(),
  testOk: z.boolean().nullable(),
  truth: z.enum(vaultTruths),
  truthAt: z.date().nullable(),
  adoptAskedAt: z.date().nullable(),
  doubtedAt: z.date().nullable(),
  comparedAt: z.date().nullable(),
});

export interface VaultRow extends z.infer<typeof rowSchema> {
  /** The last test with the present credential. */
  readonly test: VaultTest | null;
  /** What shows that it and the database differ; null before the first look. */
  readonly truthFacts: TruthFacts | null;
  /** Objects in its storage that the database does not know; null before the first comparison. */
  readonly strays: VaultStrays | null;
}

const omit = { sealedSecret: true, comparison: true } as const;

function toRow({
  test,
  truthFacts,
  strays,
  ...facts
}: {
  readonly test: unknown;
  readonly truthFacts: unknown;
  readonly strays: unknown;
}): VaultRow {
  const row = fromJson(rowSchema, facts, "Vault");
  return {
    ...row,
    // A replaced credential clears `testOk`: the stored result is about the one before.
    test: row.testOk === null || test === null ? null : fromJson(vaultTestSchema, test, "Vault.test"),
    truthFacts: truthFacts === null ? null : fromJson(truthFactsSchema, truthFacts, "Vault.truthFacts"),
    strays: strays === null ? null : fromJson(vaultStraysSchema, strays, "Vault.strays"),
  };
}

/** All vaults, the oldest first. */
export async function listVaults(tx: Tx): Promise<VaultRow[]> {
  const rows = await tx.vault.findMany({ omit, orderBy: [{ createdAt: "asc" }, { id: "asc" }] });
  return rows.map(toRow);
}

/** Finds a vault by id or name; null when there is none. */
export async function findVault(tx: Tx, ref: string): Promise<VaultRow | null> {
  const row = await tx.vault.findFirst({ where: { OR: idOrName(ref) }, omit });
  return row && toRow(row);
}

/** @throws KluisError NOT_FOUND */
export async function requireVault(tx: Tx, ref: string): Promise<VaultRow> {
  const found = await findVault(tx, ref);
  if (found !== null) return found;
  throw new KluisError("NOT_FOUND", {
    reason: "vault",
    message: `There is no vault "${ref}".`,
    action: "List the vaults.",
    params: { vault: ref },
  });
}

/** The vault that new backups use. @throws KluisError VAULT_UNUSABLE when there is none */
export async function requireDefaultVault(tx: Tx): Promise<{ readonly id: string; readonly name: string }> {
  const row = await tx.vault.findFirst({ where: { isDefault: true }, select: { id: true, name: true } });
  if (row !== null) return row;
  throw new KluisError("VAULT_UNUSABLE", {
    reason: "no-default",
    message: "No vault is the default, so new backups have no place.",
    action: "Ask an owner to make a vault the default under Settings.",
  });
}

/** The sealed secrets of vaults, by id. For the process that opens them only. */
export async function readSealedVaultSecrets(tx: Tx): Promise<ReadonlyMap<string, Uint8Array>> {
  const rows = await tx.vault.findMany({
    where: { sealedSecret: { not: null } },
    select: { id: true, sealedSecret: true },
  });
  return new Map(rows.flatMap(({ id, sealedSecret }) => (sealedSecret ? [[id, sealedSecret] as const] : [])));
}
