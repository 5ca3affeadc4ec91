/** Changes of vaults. The caller appends the ledger event in the same transaction. */
import {
  type Clock,
  type DeduplicationScope,
  KluisError,
  type SettingSource,
  type SwitchState,
  type VaultCopy,
  type VaultKind,
  type VaultTest,
} from "@kluis/domain";
import { raiseConfigVersion } from "../connections/config-version.ts";
import { isUniqueViolation } from "../errors.ts";
import { toJson, toJsonOrNull } from "../json.ts";
import { lockInTransaction, locks } from "../locks.ts";
import type { Tx } from "../tx.ts";
import { requireVault, type VaultRow } from "./read.ts";

/** Where a vault is: its storage, without a key or signature. */
export interface VaultPlace {
  readonly account: string | null;
  readonly container: string | null;
  readonly folder: string | null;
}

export interface NewVault extends VaultPlace {
  readonly id: string;
  readonly name: string;
  readonly kind: VaultKind;
  readonly source: SettingSource;
  readonly state: SwitchState;
  readonly sealedSecret: Uint8Array<ArrayBuffer> | null;
  readonly region?: string | null;
}

/** Serializes changes of vaults and of the default, until the transaction ends. */
export function lockVaults(tx: Tx): Promise<void> {
  return lockInTransaction(tx, locks.vaults);
}

/** @throws KluisError CONFLICT when the name is taken */
export async function createVaultRow(tx: Tx, made: NewVault, clock: Clock): Promise<VaultRow> {
  const now = clock.now();
  const credentialKind = made.kind === "folder" ? "none" : "connection-string";
  const at = { createdAt: now, changedAt: now, secretChangedAt: made.sealedSecret === null ? null : now };
  try {
    await tx.vault.create({ data: { ...made, ...at, credentialKind }, select: { id: true } });
  } catch (error) {
    throw nameTaken(error, made.name);
  }
  await raiseConfigVersion(tx);
  return requireVault(tx, made.id);
}

export type VaultChange = Partial<
  VaultPlace &
    Pick<NewVault, "name" | "state" | "sealedSecret"> & {
      readonly isDefault: boolean;
      readonly deduplication: DeduplicationScope;
      readonly bandwidth: number | null;
      readonly copy: VaultCopy | null;
      readonly verifyGib: number | null;
      readonly region: string | null;
    }
>;

/** A new credential invalidates the last test. @throws KluisError CONFLICT when the name is taken, NOT_FOUND */
export async function changeVault(
  tx: Tx,
  given: { readonly id: string; readonly change: VaultChange },
  clock: Clock,
): Promise<VaultRow> {
  const { id } = given;
  const { copy, ...change } = given.change;
  const now = clock.now();
  const untested = { testOk: null, testedAt: null, testedBy: null, testAskedAt: null, secretChangedAt: now };
  try {
    await tx.vault.updateMany({
      where: { id },
      data: {
        ...change,
        ...(copy === undefined ? {} : { copy: toJsonOrNull(copy) }),
        changedAt: now,
        ...("sealedSecret" in change ? untested : {}),
      },
    });
  } catch (error) {
    throw nameTaken(error, change.name ?? "");
  }
  await raiseConfigVersion(tx);
  return requireVault(tx, id);
}

/** Makes an enabled vault the one that new backups use. */
export async function makeDefaultVault(tx: Tx, id: string, clock: Clock): Promise<VaultRow> {
  await lockVaults(tx);
  await tx.vault.updateMany({ where: { isDefault: true, id: { not: id } }, data: { isDefault: false } });
  return changeVault(tx, { id, change: { isDefault: true } }, clock);
}

/** Removes the row of a vault without recovery points. The objects in its storage stay. */
export async function removeVaultRow(tx: Tx, id: string): Promise<void> {
  await tx.vault.deleteMany({ where: { id } });
  await tx.partHealth.deleteMany({ where: { part: `vault:${id}` } });
  await raiseConfigVersion(tx);
}

export async function noteVaultTestAsked(tx: Tx, id: string, at: Date): Promise<void> {
  await tx.vault.updateMany({ where: { id }, data: { testAskedAt: at } });
}

/** Stores the result of a test, unless the vault's row changed since the test began. Returns false then. */
export async function recordVaultTest(
  tx: Tx,
  result: {
    readonly id: string;
    readonly changedAt: Date;
    readonly test: VaultTest;
    readonly by: string;
    readonly at: Date;
  },
): Promise<boolean> {
  const { id, changedAt, test, by, at } = result;
  const { count } = await tx.vault.updateMany({
    where: { id, changedAt },
    data: {
      test: toJson(test),
      testOk: test.checks.every(({ error }) => error === null),
      testedAt: at,
      testedBy: by,
      testAskedAt: null,
    },
  });
  return count === 1;
}

/**
 * Notes which vault is in the storage of a row, when a process has opened it.
 * @throws KluisError CONFLICT when the storage holds another vault than before, or one that another row has
 */
export async function recordVaultIdentity(
  tx: Tx,
  vault: { readonly id: string; readonly name: string; readonly identity: string; readonly keyId: string },
): Promise<void> {
  const { id, name, identity, keyId } = vault;
  const rows = await tx.vault.findMany({
    where: { OR: [{ id }, { identity }] },
    select: { id: true, name: true, identity: true, keyId: true },
  });
  const known = rows.find((row) => row.id === id);
  const other = rows.find((row) => row.id !== id);
  if (other !== undefined) throw vaultKnown(name, other.name);
  if (known?.identity !== null && known?.identity !== identity) throw otherVault(name);
  if (known.identity === identity && known.keyId === keyId) return;
  try {
    await tx.vault.updateMany({ where: { id }, data: { identity, keyId } });
    // Every process must know that there is a vault: none creates one in its place.
    if (known.identity === null) await raiseConfigVersion(tx);
  } catch (error) {
    throw isUniqueViolation(error, "Vault_identity") ? vaultKnown(name, "") : error;
  }
}

export interface EnvironmentVault extends VaultPlace {
  /** The id in the vault itself. */
  readonly identity: string;
  readonly keyId: string;
  readonly name: string;
  readonly kind: VaultKind;
  readonly createdAt: Date;
}

/**
 * Stores the vault that the environment describes and a process has opened. It becomes the default when there is none, or when
 * the default came from the environment. Safe to call at the same time in several processes.
 * @returns the row's id, and whether it is new
 * @throws KluisError CONFLICT when the name belongs to another vault
 */
export async function followEnvironmentVault(
  tx: Tx,
  vault: EnvironmentVault,
  clock: Clock,
): Promise<{ readonly id: string; readonly created: boolean }> {
  const { identity, keyId, name, kind, createdAt, ...place } = vault;
  await lockVaults(tx);
  const known = await tx.vault.findFirst({ where: { OR: [{ identity }, { name }] } });
  if (known === null) {
    const id = identity;
    const current = await tx.vault.findFirst({
      where: { isDefault: true },
      select: { id: true, source: true },
    });
    await createVaultRow(
      tx,
      { ...place, id, name, kind, source: "environment", state: "enabled", sealedSecret: null },
      clock,
    );
    await tx.vault.updateMany({ where: { id }, data: { identity, keyId, createdAt } });
    if (current === null || current.source === "environment") await makeDefaultVault(tx, id, clock);
    return { id, created: true };
  }
  if (known.identity !== identity && known.identity !== null) throw otherVault(name);
  const latest = { ...place, name, keyId, identity, source: "environment", sealedSecret: null };
  const isSame = Object.entries(latest).every(([key, value]) =>
    Object.entries(known).some(([k, v]) => k === key && v === value),
  );
  if (!isSame) {
    await tx.vault.updateMany({ where: { id: known.id }, data: { ...latest, changedAt: clock.now() } });
    await raiseConfigVersion(tx);
  }
  return { id: known.id, created: false };
}

function otherVault(name: string): KluisError {
  return new KluisError("CONFLICT", {
    reason: "other-vault",
    message: `The database has another vault with the name "${name}".`,
    action: "Configure the vault of this database, or another database: recovery points belong to one vault.",
    params: { vault: name },
  });
}

function vaultKnown(name: string, other: string): KluisError {
  return new KluisError("CONFLICT", {
    reason: "vault-known",
    message: `The storage of vault ${name} holds the vault ${other}, which Kluis uses already.`,
    action: "Use an empty container or folder for the new vault.",
    params: { vault: name, other },
  });
}

function nameTaken(error: unknown, name: string): unknown {
  if (!isUniqueViolation(error, "Vault_name")) return error;
  return new KluisError("CONFLICT", {
    reason: "vault-name-taken",
    message: `A vault with the name "${name}" already exists.`,
    action: "Choose another name.",
    params: { vault: name },
    cause: error,
  });
}
