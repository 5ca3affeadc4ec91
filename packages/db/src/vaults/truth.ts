/** Whether a vault's storage holds what this database knows: its state, and the events and alerts of each change. */
import {
  type Attention,
  countStrays,
  doubtsIndex,
  engineActor,
  isInPlace,
  type LedgerDraft,
  type Notice,
  nextTruth,
  noTruthFacts,
  notice,
  type TrustOfVault,
  type TruthFacts,
  type TruthFinding,
  type VaultStrays,
  type VaultTruth,
  vaultTruths,
} from "@kluis/domain";
import { z } from "zod";
import { Prisma } from "../../generated/client.ts";
import { clearAttention, raiseAttention } from "../attention/write.ts";
import { toJson } from "../json.ts";
import { appendEvents } from "../ledger/append.ts";
import { enqueue } from "../queue/enqueue.ts";
import { databaseNow } from "../time.ts";
import type { Tx } from "../tx.ts";

export interface VaultTrust extends TrustOfVault {
  readonly id: string;
  readonly name: string;
  readonly acceptedAt: Date | null;
}

const trustRow = z.object({
  id: z.string(),
  name: z.string(),
  truth: z.enum(vaultTruths),
  doubtedAt: z.date().nullable(),
  acceptedAt: z.date().nullable(),
});

/** Null when there is no such vault. */
export async function readVaultTrust(tx: Tx, vaultId: string): Promise<VaultTrust | null> {
  const rows = await tx.$queryRaw`
    SELECT id, name, truth, "doubtedAt", "truthAcceptedAt" AS "acceptedAt" FROM "Vault" WHERE id = ${vaultId}::uuid`;
  return z.array(trustRow).parse(rows)[0] ?? null;
}

async function lockTrust(tx: Tx, vaultId: string): Promise<VaultTrust | null> {
  await tx.$queryRaw`SELECT 1 FROM "Vault" WHERE id = ${vaultId}::uuid FOR NO KEY UPDATE`;
  return readVaultTrust(tx, vaultId);
}

/**
 * Stores what a look at the storage of a vault found. A difference that the index may have makes backups wait for a comparison of all
 * packs, which this wakes. Call it last in the transaction.
 * @returns the state before and after; null when there is no such vault
 */
export async function recordTruth(
  tx: Tx,
  { vaultId, found }: { readonly vaultId: string; readonly found: TruthFinding },
): Promise<{ readonly from: VaultTruth; readonly to: VaultTruth } | null> {
  const trust = await lockTrust(tx, vaultId);
  if (trust === null) return null;
  const from = trust.truth;
  const to = nextTruth(from, found);
  const facts = factsOf(found);
  const at = await databaseNow(tx);
  const changed = from === to ? {} : { truth: to, truthAt: at };
  const doubted = doubtsIndex(from, to) ? { doubtedAt: at } : {};
  await tx.vault.updateMany({
    where: { id: vaultId },
    data: { truthFacts: toJson(facts), ...changed, ...doubted },
  });
  if (doubtsIndex(from, to)) await enqueue(tx, "vault.compare", {});
  await alert(tx, trust, { truth: to, facts });
  if (from !== to) await append(tx, at, { kind: "vault.truth-changed", trust, data: { from, to, ...facts } });
  return { from, to };
}

function factsOf(found: TruthFinding): TruthFacts {
  if (found.kind === "read") return found.facts;
  return { ...noTruthFacts, otherVault: found.kind === "foreign" ? found.vaultId : null };
}

async function alert(
  tx: Tx,
  { id, name: vault }: VaultTrust,
  { truth, facts }: { readonly truth: VaultTruth; readonly facts: TruthFacts },
): Promise<void> {
  const key: Attention["key"] = `vault-truth:${id}`;
  const said = noticeOf(vault, truth, facts);
  if (said === null) await clearAttention(tx, key);
  else await raiseAttention(tx, { key, kind: "vault-truth", notice: said });
}

function noticeOf(vault: string, truth: VaultTruth, facts: TruthFacts): Notice | null {
  switch (truth) {
    case "agrees":
      return null;
    case "database-older":
      return notice("vault-database-older", { vault, points: facts.unknownPoints });
    case "rolled-back":
      return notice("vault-rolled-back", { vault, points: facts.missingPoints });
    case "foreign":
      return notice("vault-foreign", { vault, other: facts.otherVault ?? "" });
    case "missing":
      return notice("vault-missing", { vault });
    default:
      return truth satisfies never;
  }
}

async function append(
  tx: Tx,
  at: Date,
  {
    kind,
    trust,
    data,
  }: {
    readonly kind: LedgerDraft["kind"];
    readonly trust: VaultTrust;
    readonly data: Readonly<Record<string, unknown>>;
  },
): Promise<void> {
  const target = { type: "vault", id: trust.id, name: trust.name } as const;
  await appendEvents(tx, { now: () => at }, [{ kind, actor: engineActor, target, data }]);
}

/**
 * Stores the end of a comparison of all packs that began at `since`. It ends older doubts, because missing packs are marked. Call it
 * last in the transaction.
 */
export async function endComparison(
  tx: Tx,
  compared: {
    readonly vaultId: string;
    readonly since: Date;
    readonly strays: VaultStrays;
    readonly missing: number;
    readonly found: number;
  },
): Promise<void> {
  const { vaultId, since, strays, missing, found } = compared;
  const trust = await lockTrust(tx, vaultId);
  if (trust === null) return;
  const at = await databaseNow(tx);
  const isOver = trust.doubtedAt !== null && trust.doubtedAt <= since;
  await tx.vault.updateMany({
    where: { id: vaultId },
    data: {
      comparedAt: at,
      comparison: Prisma.DbNull,
      strays: toJson(strays),
      ...(isOver ? { doubtedAt: null } : {}),
    },
  });
  const key: Attention["key"] = `vault-objects:${vaultId}`;
  // While the two differ, the difference says more.
  const objects = trust.truth === "agrees" ? countStrays(strays) : 0;
  if (objects === 0) await clearAttention(tx, key);
  else {
    const params = { vault: trust.name, objects, object: strays.names[0] ?? "" };
    await raiseAttention(tx, { key, kind: "vault-objects", notice: notice("vault-unknown-objects", params) });
  }
  // One that changes nothing needs no event.
  if (isOver || missing + found > 0)
    await append(tx, at, { kind: "vault.compared", trust, data: { missing, found, strays } });
}

/** How far the comparison of a vault is, as its task wrote it; null while none is under way. */
export async function readComparison(tx: Tx, vaultId: string): Promise<unknown> {
  const row = await tx.vault.findUnique({ where: { id: vaultId }, select: { comparison: true } });
  return row?.comparison ?? null;
}

export async function saveComparison(tx: Tx, vaultId: string, progress: object): Promise<void> {
  await tx.vault.updateMany({ where: { id: vaultId }, data: { comparison: toJson(progress) } });
}

/** Whether a vault that can be read waits for a comparison. */
export async function isComparisonWanted(tx: Tx): Promise<boolean> {
  const where = { doubtedAt: { not: null }, truth: { in: vaultTruths.filter(isInPlace) } };
  return (await tx.vault.count({ where })) > 0;
}

/** Stores that a person asked to take over what the storage has, and queues the task. */
export async function askAdoption(tx: Tx, vaultId: string): Promise<void> {
  await tx.vault.updateMany({ where: { id: vaultId }, data: { adoptAskedAt: await databaseNow(tx) } });
  await enqueue(tx, "vault.adopt", { vaultId });
}

/**
 * Stores the end of a take-over: the difference is accepted, and older points that are missing no longer show it. Call it last in the
 * transaction.
 */
export async function endAdoption(
  tx: Tx,
  adopted: { readonly vaultId: string; readonly data: Readonly<Record<string, unknown>> },
): Promise<void> {
  const { vaultId, data } = adopted;
  const trust = await lockTrust(tx, vaultId);
  if (trust === null) return;
  const at = await databaseNow(tx);
  await tx.vault.updateMany({
    where: { id: vaultId },
    data: { truth: "agrees", truthAt: at, truthAcceptedAt: at, adoptAskedAt: null, doubtedAt: at },
  });
  await enqueue(tx, "vault.compare", {});
  await clearAttention(tx, `vault-truth:${vaultId}`);
  await append(tx, at, { kind: "vault.adopted", trust, data: { was: trust.truth, ...data } });
}

/** A take-over could not be made: nothing waits for it any more. */
export async function dropAdoption(tx: Tx, vaultId: string): Promise<void> {
  await tx.vault.updateMany({ where: { id: vaultId }, data: { adoptAskedAt: null } });
}
