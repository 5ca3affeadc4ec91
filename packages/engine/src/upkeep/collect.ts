/** Garbage collection of each vault in two phases: condemns unreachable packs, and deletes them after a grace period. */
import {
  appendEvents,
  foldVaultTotals,
  inTransaction,
  readDoubt,
  settleUnaccounted,
  vaultScope,
} from "@kluis/db";
import { engineActor, isInPlace, KluisError, type LedgerTarget, limits } from "@kluis/domain";
import { packName, pointName } from "@kluis/vault";
import type { EngineDeps } from "../deps.ts";
import { type RecurringWork, runWork } from "../runtime/recurring-work.ts";
import type { Again } from "../runtime/tasks.ts";
import { mayDelete } from "../runtime/vault-trust.ts";
import type { OpenedVault } from "../runtime/vaults.ts";
import { accountVault } from "./collect/account.ts";
import { databasePort } from "./collect/database.ts";
import { accountListed } from "./collect/listed.ts";
import { collectPass } from "./collect/pass.ts";
import type { KeptOut } from "./collect/port.ts";
import { compactPort, tablePort } from "./compact/database.ts";
import { type CompactionResult, compactPass } from "./compact/round.ts";
import { linkListed } from "./compact/tables.ts";
import { lookAtVault } from "./truth/look.ts";
import { pageOfVaults } from "./used-vaults.ts";

export interface CollectResult {
  readonly condemned: number;
  readonly deleted: number;
  readonly freedBytes: number;
}

export interface CollectOptions {
  readonly signal: AbortSignal;
  /** How long a condemned pack is kept; default: domain's limit. */
  readonly graceMs?: number;
}

/** A vault that was opened before. */
interface Item {
  readonly id: string;
  readonly name: string;
}

/**
 * Collects every vault, disabled ones too, one after the other. One that cannot be opened or read stops no other.
 * @returns the sums of the vaults of this run
 */
export async function collectVaults(
  deps: EngineDeps,
  options: CollectOptions,
): Promise<CollectResult & { readonly again: Again | null }> {
  const sum = { condemned: 0, deleted: 0, freedBytes: 0 };
  await foldVaultTotals(deps.db.prisma);
  const again = await runWork(deps, collecting(deps, options, sum), options.signal);
  return { ...sum, again };
}

function collecting(
  deps: EngineDeps,
  options: CollectOptions,
  sum: { condemned: number; deleted: number; freedBytes: number },
): RecurringWork<Item> {
  return {
    name: "collection",
    page: (after) => pageOfVaults(deps.db.prisma, after),
    nameOf: ({ name }) => `vault ${name}`,
    async work({ id }, signal) {
      const { truth, listed } = await lookAtVault(deps, id, signal);
      // It is named, and there is nothing to collect.
      if (!isInPlace(truth)) return;
      const result = await collectVault(deps, await deps.vaults.open(id), { ...options, listed, signal });
      sum.condemned += result.condemned;
      sum.deleted += result.deleted;
      sum.freedBytes += result.freedBytes;
    },
  };
}

/**
 * Accounts the points of a vault, condemns packs that nothing names, and deletes them after the grace period. Deduplication skips a
 * condemned pack. No open job delays a deletion: what it holds is read between the two decisions (collect/pass.ts).
 */
async function collectVault(
  deps: EngineDeps,
  opened: OpenedVault,
  { listed, signal, graceMs = limits.packGraceMs }: CollectOptions & { readonly listed: ReadonlySet<string> },
): Promise<CollectResult> {
  const { id: vaultId, name, vault, store } = opened;
  const port = await databasePort(deps.db, vaultId);
  const hasManifest = async (pointId: string): Promise<boolean> =>
    (await store.head(pointName(pointId), signal)) !== null;
  const keptOut = await accountListed({ port, vault, hasManifest, listed, signal });
  await linkListed({ port: await tablePort(deps.db, vaultId), vault, store, signal });
  if (!(await mayDelete(deps.db.prisma, vaultId))) {
    await accountVault({ port, vault, signal });
    deps.log.warn({ vault: name }, "vault: nothing is collected while it and the database differ");
    return { condemned: 0, deleted: 0, freedBytes: 0 };
  }
  const pass = await collectPass({
    port,
    vault,
    store,
    packName: ({ packId, kind }) => packName({ pack: packId, kind }),
    signal,
    graceMs,
  });
  const { accounted, ...counts } = pass;
  const compaction = await compactVault(deps, opened, { signal, graceMs });
  const result = {
    condemned: counts.condemned,
    deleted: counts.deleted + compaction.removed,
    freedBytes: counts.freedBytes + compaction.freedBytes,
  };
  if (result.deleted > 0 || compaction.compacted > 0) {
    const target: LedgerTarget = { type: "vault", id: vaultId, name };
    const data = { ...counts, compaction };
    await inTransaction(deps.db, (tx) =>
      appendEvents(tx, deps.clock, [{ kind: "vault.collected", actor: engineActor, target, data }]),
    );
  }
  deps.log.info({ vault: name, ...counts, ...accounted, compaction }, "vault: garbage collected");
  await settleUnaccounted(deps.db, await vaultScope(deps.db.prisma, vaultId));
  await failOnDoubt(deps, { vaultId, name, keptOut });
  return result;
}

/** Replaces packs of which little is needed. */
async function compactVault(
  deps: EngineDeps,
  { id, vault, store }: OpenedVault,
  { signal, graceMs }: { readonly signal: AbortSignal; readonly graceMs: number },
): Promise<CompactionResult> {
  const port = await compactPort(deps.db, id);
  return compactPass({
    port,
    vault,
    signal,
    graceMs,
    async deleteObject({ packId, kind }) {
      await store.delete(packName({ pack: packId, kind }), signal);
    },
  });
}

/** A point that this names stops no other point and no other vault. It shows in health until it is solved. */
async function failOnDoubt(
  deps: EngineDeps,
  {
    vaultId,
    name,
    keptOut,
  }: { readonly vaultId: string; readonly name: string; readonly keptOut: readonly KeptOut[] },
): Promise<void> {
  const { prisma } = deps.db;
  const doubt = await readDoubt(prisma, await vaultScope(prisma, vaultId));
  const pointId = doubt.pointId ?? keptOut[0]?.pointId;
  if (pointId === undefined) return;
  throw new KluisError("VAULT_DATA_DAMAGED", {
    message: `Vault ${name}: recovery point ${pointId} cannot be accounted. ${keptOut.length} manifests and ${doubt.unreadable} parts of points are affected.`,
    action:
      "Verify the point, or delete it. Packs that it may need are kept until then; all others are collected.",
    params: { object: pointName(pointId), problem: "it cannot be accounted", vault: name, point: pointId },
  });
}
