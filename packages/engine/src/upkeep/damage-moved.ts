/**
 * Finds items of compacted packs that are damaged where they are now. Maps name them by the places of packs that are gone: only there
 * do points, bases and backups meet the damage.
 */
import { avoidedPlaces, inTransaction, LOST_MOVE, listLostMoves, recordDamage } from "@kluis/db";
import { batchesOf, type DamageFinding } from "@kluis/domain";
import { packName, type Vault } from "@kluis/vault";
import type { EngineDeps } from "../deps.ts";

/** Items that one search records; the next one finds the others. */
const RECORDED = 2_000;
const AT_ONCE = 50;

interface Search {
  readonly vaultId: string;
  readonly vault: Pick<Vault, "movedItems">;
  readonly signal: AbortSignal;
}

/** Records them. Recorded ones are left out. */
export async function recordLostMoves(
  { db }: Pick<EngineDeps, "db">,
  { vaultId, vault, signal }: Search,
): Promise<void> {
  const lost = await listLostMoves(db.prisma, vaultId);
  if (lost.length === 0) return;
  const avoided = await avoidedPlaces(db, vaultId);
  const findings: DamageFinding[] = [];
  for (const { pack, kind } of lost) {
    if (findings.length >= RECORDED) break;
    for (const [offset, places] of await vault.movedItems(pack, signal))
      if (!avoided.has({ pack, offset }) && places.every((place) => avoided.has(place)))
        findings.push({ object: packName({ pack, kind }), offset, reason: "missing", problem: LOST_MOVE });
  }
  for (const some of batchesOf(findings.slice(0, RECORDED), AT_ONCE))
    await inTransaction(db, (tx) => recordDamage(tx, { vaultId, foundBy: "comparison", findings: some }));
}
