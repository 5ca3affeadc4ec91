/** Searches for the recovery points that need damaged items of a vault, and marks them; frees those whose damage is healed. */
import {
  closeGoneTables,
  type DamagedDisk,
  databaseNow,
  endReach,
  inTransaction,
  judgeDamagedVms,
  listPointsToReach,
  listVaultsToReach,
  matchDamage,
  noteReachFailed,
  type PointToReach,
  recordDamage,
  storeReach,
} from "@kluis/db";
import { type DamageFinding, findingOf } from "@kluis/domain";
import { parseNodeRef, type Vault } from "@kluis/vault";
import { z } from "zod";
import type { EngineDeps } from "../deps.ts";
import { type RecurringWork, runWork, type WorkPage } from "../runtime/recurring-work.ts";
import type { Again } from "../runtime/tasks.ts";
import { recordLostMoves } from "./damage-moved.ts";

/** Points of one page. Each may read the nodes of a whole disk. */
const PAGE = 20;

/** `after`: the last point that was examined. `ended`: all of them were. */
const cursorSchema = z.object({
  vault: z.string(),
  since: z.coerce.date(),
  after: z.string().nullable(),
  ended: z.boolean(),
});
type Cursor = z.infer<typeof cursorSchema>;

interface Item {
  readonly vaultId: string;
  readonly point: PointToReach;
}

/** Ranges of a disk that are listed; all are counted. */
const RANGES_LISTED = 200;

/** Continues the search, or begins one. Then tells the users of each VM whose points changed. */
export async function reachDamage(deps: EngineDeps, signal: AbortSignal): Promise<Again | null> {
  await closeGoneTables(deps.db);
  const again = await runWork(deps, reaching(deps), signal);
  await judgeDamagedVms(deps.db);
  return again;
}

/** The damage of a vault as this run has read it, and what was found below the nodes that its points share. */
interface Search {
  readonly examined: readonly string[];
  readonly reach: ReturnType<Vault["reachDamage"]>;
  readonly unreadable: DamageFinding[];
}

function reaching(deps: EngineDeps): RecurringWork<Item> {
  const searches = new Map<string, Promise<Search>>();
  return {
    name: "damage-reach",
    page: (cursor) => page(deps, cursor === null ? null : cursorSchema.parse(JSON.parse(cursor))),
    nameOf: ({ point }) => `recovery point of ${point.vmName}, ${point.takenAt.toISOString()}`,
    async work(item, signal) {
      const { vaultId } = item;
      const search = searches.get(vaultId) ?? beginSearch(deps, vaultId, signal);
      searches.set(vaultId, search);
      try {
        await examine(deps, { ...item, search: await search, signal });
      } catch (error) {
        searches.delete(vaultId);
        await noteReachFailed(deps.db.prisma, vaultId);
        throw error;
      }
    },
  };
}

async function page(deps: EngineDeps, at: Cursor | null): Promise<WorkPage<Item>> {
  const { prisma } = deps.db;
  if (at?.ended === true)
    await inTransaction(deps.db, (tx) => endReach(tx, { vaultId: at.vault, since: at.since }));
  const vaults = await listVaultsToReach(prisma);
  const vault = at !== null && !at.ended ? at.vault : vaults.find((id) => at === null || id > at.vault);
  if (vault === undefined) return { items: [], next: null };
  const since = at !== null && !at.ended ? at.since : await databaseNow(prisma);
  const after = at !== null && !at.ended ? at.after : null;
  const points = await listPointsToReach(prisma, { vaultId: vault, after, limit: PAGE });
  const next: Cursor = { vault, since, after: points.at(-1)?.id ?? after, ended: points.length < PAGE };
  return { items: points.map((point) => ({ vaultId: vault, point })), next: JSON.stringify(next) };
}

async function beginSearch(deps: EngineDeps, vaultId: string, signal: AbortSignal): Promise<Search> {
  const { vault } = await deps.vaults.open(vaultId);
  await recordLostMoves(deps, { vaultId, vault, signal });
  const damage = await matchDamage(deps.db.prisma, vaultId);
  const unreadable: DamageFinding[] = [];
  const reach = vault.reachDamage({
    match: damage.match,
    isMoved: damage.isMoved,
    onUnreadable: (error) => {
      const finding = findingOf(error);
      if (finding !== null) unreadable.push(finding);
    },
  });
  return { examined: damage.ids, reach, unreadable };
}

interface Examining extends Item {
  readonly search: Search;
  readonly signal: AbortSignal;
}

async function examine(deps: EngineDeps, { vaultId, point, search, signal }: Examining): Promise<void> {
  const needed = new Set<string>();
  const disks: DamagedDisk[] = [];
  for (const { key, bytes, root } of point.disks) {
    const ref = parseNodeRef(root);
    const found = await search.reach.below(ref, signal);
    if (found.size === 0) continue;
    for (const id of found) needed.add(id);
    const damaged = await search.reach.ranges(ref, { diskBytes: bytes, most: RANGES_LISTED, signal });
    disks.push({ key, ...damaged, ranges: [...damaged.ranges] });
  }
  const findings = search.unreadable.splice(0);
  await inTransaction(deps.db, async (tx) => {
    await storeReach(tx, { pointId: point.id, examined: search.examined, needed: [...needed], disks });
    await recordDamage(tx, { vaultId, foundBy: "comparison", findings, pointId: point.id });
  });
}
