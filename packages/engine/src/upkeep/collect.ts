/** Garbage collection of each vault in two phases: condemns unreachable packs, and deletes them after a grace period. */
import {
  appendEvents,
  condemnPacks,
  heldNodes,
  inTransaction,
  listRecentPacks,
  listSweepablePacks,
  listVaults,
  reprievePacks,
} from "@kluis/db";
import { batchesOf, engineActor, type LedgerTarget, limits } from "@kluis/domain";
import { type NodeRef, parseNodeRef } from "@kluis/vault";
import type { EngineDeps } from "../deps.ts";
import { type RecurringWork, runWork } from "../runtime/recurring-work.ts";
import type { Again } from "../runtime/tasks.ts";
import type { OpenedVault } from "../runtime/vaults.ts";
import { wantLateManifestsRemoved } from "./late-manifests.ts";

export interface CollectResult {
  readonly condemned: number;
  readonly deleted: number;
  readonly freedBytes: number;
}

/** Condemned packs that one collection deletes, the oldest first. Others follow with the next one. */
const SWEPT_MOST = 20_000;
/** Packs that one transaction writes. */
const WRITTEN_AT_ONCE = 1_000;

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
    async page(after) {
      // As stored: a vault that an engine has just opened for the first time is in no list of this process.
      const all = (await listVaults(deps.db.prisma))
        .filter(({ identity, id }) => identity !== null && (after === null || id > after))
        .toSorted((a, b) => (a.id < b.id ? -1 : 1));
      const [one, ...others] = all;
      return {
        items: one === undefined ? [] : [one],
        next: others.length === 0 ? null : (one?.id ?? null),
      };
    },
    nameOf: ({ name }) => `vault ${name}`,
    async work({ id }, signal) {
      const result = await collectVault(deps, await deps.vaults.open(id), { ...options, signal });
      sum.condemned += result.condemned;
      sum.deleted += result.deleted;
      sum.freedBytes += result.freedBytes;
    },
  };
}

/**
 * Runs both phases. Deduplication skips a condemned pack. The pack is deleted after the grace period, when every job that was open
 * at that time has ended, and only if it is still unreachable.
 */
async function collectVault(
  deps: EngineDeps,
  opened: OpenedVault,
  { signal, graceMs = limits.packGraceMs }: CollectOptions,
): Promise<CollectResult> {
  await wantLateManifestsRemoved(deps, opened, signal);
  const { id: vaultId, name, vault } = opened;
  const before = new Date(deps.clock.now().getTime() - graceMs);
  const { prisma } = deps.db;
  const sweepable = await listSweepablePacks(prisma, vaultId, { before, limit: SWEPT_MOST });
  const swept = await vault.sweep({
    keep: nodesOf(deps, vaultId),
    condemned: sweepable.map(({ packId }) => packId),
    signal,
  });
  for (const packs of batchesOf(swept.reprieved, WRITTEN_AT_ONCE))
    await reprievePacks(prisma, vaultId, packs);
  const recent = await listRecentPacks(prisma, vaultId, before);
  const plan = await vault.planCollection({ keep: nodesOf(deps, vaultId), signal });
  const unreached = new Set(plan.condemned.filter((pack) => !recent.has(pack)));
  const condemned = plan.packs
    .filter(({ pack }) => unreached.has(pack))
    .map(({ pack, bytes }) => ({ packId: pack, bytes }));
  for (const packs of batchesOf(condemned, WRITTEN_AT_ONCE)) {
    await inTransaction(deps.db, (tx) => condemnPacks(tx, { vaultId, packs }, deps.clock.now()));
  }
  const result = { condemned: condemned.length, deleted: swept.deleted.length, freedBytes: swept.freedBytes };
  if (result.deleted > 0) {
    const target: LedgerTarget = { type: "vault", id: vaultId, name };
    const data = { ...result, liveBytes: plan.liveBytes, points: plan.points };
    await inTransaction(deps.db, (tx) =>
      appendEvents(tx, deps.clock, [{ kind: "vault.collected", actor: engineActor, target, data }]),
    );
  }
  deps.log.info({ vault: name, ...result, liveBytes: plan.liveBytes }, "vault: garbage collected");
  return result;
}

async function* nodesOf(deps: EngineDeps, vaultId: string): AsyncGenerator<NodeRef> {
  for await (const node of heldNodes(deps.db.prisma, vaultId)) yield parseNodeRef(node);
}
