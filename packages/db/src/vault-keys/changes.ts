/** Changes of keys: asked by a person through the API, made by an engine. */
import {
  type Actor,
  actorSchema,
  type Clock,
  type ErrorInfo,
  errorInfo,
  type KeyChange,
  type KeyChangeState,
  KluisError,
  keyChangeSchema,
  keyChangeStates,
  type LedgerDraft,
  storedError,
} from "@kluis/domain";
import { z } from "zod";
import { clearAttention } from "../attention/write.ts";
import { newId } from "../ids.ts";
import { fromJson, toJson, toJsonOrNull } from "../json.ts";
import { appendEvents } from "../ledger/append.ts";
import { enqueue } from "../queue/enqueue.ts";
import { databaseNow } from "../time.ts";
import type { Tx } from "../tx.ts";
import { judgeRecoveryKey, noteKeyProven, type SeenKey, syncVaultKeys } from "./store.ts";

/** Ended changes stay so long: the ledger has them permanently. */
const KEPT_DAYS = 30;
const DAY_MS = 24 * 60 * 60 * 1000;
/** More that wait at once come from no person. */
const MOST_WAITING = 20;

export interface KeyChangeRow {
  readonly id: string;
  readonly change: KeyChange;
  readonly actor: Actor;
  readonly state: KeyChangeState;
  readonly error: KluisError | null;
}

const errorSchema = z.custom<ErrorInfo>((value) => typeof value === "object" && value !== null);

/** Stores a change and wakes an engine for it. */
export async function askKeyChange(
  tx: Tx,
  { vaultId, change, actor }: { readonly vaultId: string; readonly change: KeyChange; readonly actor: Actor },
): Promise<string> {
  const now = await databaseNow(tx);
  const old = new Date(now.getTime() - KEPT_DAYS * DAY_MS);
  await tx.vaultKeyChange.deleteMany({ where: { vaultId, endedAt: { lt: old } } });
  if ((await tx.vaultKeyChange.count({ where: { vaultId, endedAt: null } })) >= MOST_WAITING)
    throw new KluisError("CONFLICT", {
      reason: "too-many-key-changes",
      message: `${MOST_WAITING} changes of the vault's keys wait for an engine.`,
      action: "Check that an engine runs, and wait until it has made them.",
      params: { most: MOST_WAITING },
    });
  const id = newId({ now: () => now });
  await tx.vaultKeyChange.create({
    data: { id, vaultId, change: toJson(change), actor: toJson(actor), askedAt: now },
  });
  // Before everything else: a user waits.
  await enqueue(tx, "vault.key-change", { vaultId }, { priority: -10 });
  return id;
}

/** @throws KluisError INTERNAL when the row is gone */
export async function readKeyChange(tx: Tx, id: string): Promise<KeyChangeRow> {
  return toRow(await tx.vaultKeyChange.findUniqueOrThrow({ where: { id } }));
}

/** The oldest change that is not ended; null for none. */
export async function nextKeyChange(tx: Tx, vaultId: string): Promise<KeyChangeRow | null> {
  const row = await tx.vaultKeyChange.findFirst({
    where: { vaultId, endedAt: null },
    orderBy: [{ askedAt: "asc" }, { id: "asc" }],
  });
  return row && toRow(row);
}

/** False when it was withdrawn meanwhile. From here on its effect may be in the vault. */
export async function beginKeyChange(tx: Tx, id: string): Promise<boolean> {
  const { count } = await tx.vaultKeyChange.updateMany({
    where: { id, endedAt: null },
    data: { state: "running" },
  });
  return count > 0;
}

/** Withdraws a change that no engine has begun. False: one has, or it ended. */
export async function withdrawKeyChange(tx: Tx, id: string): Promise<boolean> {
  const data = { state: "withdrawn", endedAt: await databaseNow(tx) };
  const { count } = await tx.vaultKeyChange.updateMany({ where: { id, state: "waiting" }, data });
  return count > 0;
}

export async function failKeyChange(tx: Tx, id: string, error: KluisError): Promise<void> {
  const data = { state: "failed", error: toJsonOrNull(errorInfo(error)), endedAt: await databaseNow(tx) };
  await tx.vaultKeyChange.updateMany({ where: { id, endedAt: null }, data });
}

/** What the vault says after a change. */
export interface MadeKeyChange {
  readonly vault: { readonly id: string; readonly name: string };
  readonly keys: readonly SeenKey[];
  readonly generation: string | null;
  readonly event: Pick<LedgerDraft, "kind" | "data">;
  /** The holder of a key that opened the vault just now: of Key Vault, which has no paper to type back. */
  readonly proven?: string | undefined;
}

/** Stores the copies of the slots, the end of the change and its event. Nothing happens when it ended before. */
export async function endKeyChange(
  tx: Tx,
  { id, actor }: Pick<KeyChangeRow, "id" | "actor">,
  { made, clock }: { readonly made: MadeKeyChange; readonly clock: Clock },
): Promise<void> {
  const data = { state: "done", endedAt: await databaseNow(tx) };
  const { count } = await tx.vaultKeyChange.updateMany({ where: { id, endedAt: null }, data });
  if (count === 0) return;
  const { vault, keys, generation, event, proven } = made;
  await syncVaultKeys(tx, { vaultId: vault.id, keys, generation });
  if (proven !== undefined) await noteKeyProven(tx, { vaultId: vault.id, holder: proven, by: "Kluis" });
  const target = { type: "vault", ...vault } as const;
  await appendEvents(tx, clock, [{ ...event, actor, target }]);
  await judgeKeys(tx, vault);
}

/** After a change: requests a recovery key or no longer, and clears alerts about keys that are gone. */
async function judgeKeys(tx: Tx, vault: { readonly id: string; readonly name: string }): Promise<void> {
  await judgeRecoveryKey(tx, vault);
  const known = await tx.vaultKey.findMany({ where: { vaultId: vault.id }, select: { holder: true } });
  const kept = new Set(known.map(({ holder }) => `vault-key:${vault.id}:${holder}`));
  const raised = await tx.attention.findMany({
    where: { key: { startsWith: `vault-key:${vault.id}:` } },
    select: { key: true },
  });
  for (const { key } of raised)
    if (!kept.has(key)) await clearAttention(tx, `vault-key:${key.slice("vault-key:".length)}`);
}

function toRow(row: {
  readonly id: string;
  readonly change: unknown;
  readonly actor: unknown;
  readonly state: string;
  readonly error: unknown;
}): KeyChangeRow {
  const error =
    row.error === null ? null : storedError(fromJson(errorSchema, row.error, "VaultKeyChange.error"));
  return {
    id: row.id,
    change: fromJson(keyChangeSchema, row.change, "VaultKeyChange.change"),
    actor: fromJson(actorSchema, row.actor, "VaultKeyChange.actor"),
    state: fromJson(z.enum(keyChangeStates), row.state, "VaultKeyChange.state"),
    error,
  };
}
