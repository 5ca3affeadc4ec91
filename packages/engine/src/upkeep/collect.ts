/** Garbage collection of each vault in two phases: condemns unreachable packs, and deletes them after a grace period. */
import {
  appendEvents,
  condemnPacks,
  inTransaction,
  listHeldNodes,
  listRecentPacks,
  listSweepablePacks,
  reprievePacks,
} from "@kluis/db";
import { engineActor, type LedgerTarget, limits } from "@kluis/domain";
import { type NodeRef, parseNodeRef } from "@kluis/vault";
import type { EngineDeps } from "../deps.ts";
import type { OpenedVault } from "../runtime/vaults.ts";

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

/**
 * Collects every vault, disabled ones too. One that cannot be opened or read does not stop the others.
 * @returns the sums of all vaults
 * @throws the first error, after all vaults
 */
export async function collectVaults(deps: EngineDeps, options: CollectOptions): Promise<CollectResult> {
  await deps.vaults.refresh();
  const sum = { condemned: 0, deleted: 0, freedBytes: 0 };
  const errors: unknown[] = [];
  for (const { id, name, identity } of deps.vaults.list()) {
    if (identity === null) continue;
    try {
      const { condemned, deleted, freedBytes } = await collectVault(
        deps,
        await deps.vaults.open(id),
        options,
      );
      sum.condemned += condemned;
      sum.deleted += deleted;
      sum.freedBytes += freedBytes;
    } catch (error) {
      options.signal.throwIfAborted();
      deps.log.warn({ error, vault: name }, "vault: not collected; the others continue");
      errors.push(error);
    }
  }
  if (errors.length > 0) throw errors[0];
  return sum;
}

/**
 * Runs both phases. Deduplication skips a condemned pack. The pack is deleted after the grace period, when every job that was open
 * at that time has ended, and only if it is still unreachable.
 */
async function collectVault(
  deps: EngineDeps,
  { id: vaultId, name, vault }: OpenedVault,
  { signal, graceMs = limits.packGraceMs }: CollectOptions,
): Promise<CollectResult> {
  const before = new Date(deps.clock.now().getTime() - graceMs);
  const keep = await heldNodes(deps, vaultId);
  const sweepable = await listSweepablePacks(deps.db.prisma, vaultId, before);
  const swept = await vault.sweep({ keep, condemned: sweepable.map(({ packId }) => packId), signal });
  const recent = await listRecentPacks(deps.db.prisma, vaultId, before);
  const plan = await vault.planCollection({ keep: await heldNodes(deps, vaultId), signal });
  const unreached = new Set(plan.condemned.filter((pack) => !recent.has(pack)));
  const condemned = plan.packs
    .filter(({ pack }) => unreached.has(pack))
    .map(({ pack, bytes }) => ({ packId: pack, bytes }));
  const result = { condemned: condemned.length, deleted: swept.deleted.length, freedBytes: swept.freedBytes };
  await inTransaction(deps.db, async (tx) => {
    await reprievePacks(tx, vaultId, swept.reprieved);
    await condemnPacks(tx, { vaultId, packs: condemned }, deps.clock.now());
    if (result.deleted === 0) return;
    const target: LedgerTarget = { type: "vault", id: vaultId, name };
    const data = { ...result, liveBytes: plan.liveBytes, points: plan.points };
    await appendEvents(tx, deps.clock, [{ kind: "vault.collected", actor: engineActor, target, data }]);
  });
  deps.log.info({ vault: name, ...result, liveBytes: plan.liveBytes }, "vault: garbage collected");
  return result;
}

async function heldNodes(deps: EngineDeps, vaultId: string): Promise<NodeRef[]> {
  return (await listHeldNodes(deps.db.prisma, vaultId)).map(parseNodeRef);
}
