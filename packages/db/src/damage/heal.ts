/** Records that damaged places can be read again. */
import { batchesOf, type DamageHealer, engineActor, type LedgerDraft, WHOLE_OBJECT } from "@kluis/domain";
import { clearAttention } from "../attention/write.ts";
import { appendEvents } from "../ledger/append.ts";
import { linkMoves } from "../packs/moves.ts";
import { enqueue } from "../queue/enqueue.ts";
import { databaseNow } from "../time.ts";
import type { Tx } from "../tx.ts";
import { markHealed } from "./points.ts";

/** A damaged place, and where readers find its item now. */
export interface HealedPlace {
  readonly pack: string;
  readonly offset: number;
  readonly place: { readonly pack: string; readonly offset: number };
}

/** Who stored the content again, or found it elsewhere. */
export type PlaceHealer = Extract<DamageHealer, "backup" | "copy" | "moved">;

export interface HealedPlaces {
  readonly vaultId: string;
  readonly places: readonly HealedPlace[];
  readonly by: PlaceHealer;
  readonly jobId: string | null;
}

/**
 * Records places whose content a job stored again: a moved table that leads to them is durable. The search for the points that need
 * damage is woken, and closes what nothing needs any more. Call it last in the transaction.
 */
export async function recordHealed(
  tx: Tx,
  healed: Omit<HealedPlaces, "by"> & { readonly by?: PlaceHealer },
): Promise<void> {
  const event = await healPlaces(tx, { by: "backup", ...healed });
  if (event !== null) await appendEvents(tx, { now: () => event.at }, [event.draft]);
}

/** Stores the places, and returns the event for the end of the transaction; null when there is nothing to store. */
export async function healPlaces(
  tx: Tx,
  { vaultId, jobId, places, by }: HealedPlaces,
): Promise<{ readonly at: Date; readonly draft: LedgerDraft } | null> {
  if (places.length === 0) return null;
  const at = await databaseNow(tx);
  for (const some of batchesOf(places, AT_ONCE)) await storePlaces(tx, { vaultId, places: some, at });
  await linkMoves(
    tx,
    vaultId,
    places.map(({ pack, place }) => ({ from: pack, to: place.pack })),
  );
  const packs = [...new Set(places.map(({ pack }) => pack))];
  await tx.vaultDamage.updateMany({
    where: { vaultId, packId: { in: packs }, healedAt: null },
    // It counts when the search closes the damage.
    data: { reachedAt: null, changedAt: at, healedJobId: jobId, healedBy: by },
  });
  await enqueue(tx, "vault.damage-reach", {});
  const target = { type: "vault", id: vaultId, name: await vaultName(tx, vaultId) } as const;
  const data = { healedBy: by, jobId, places: places.length, packs: packs.slice(0, EVENT_PACKS) };
  return { at, draft: { kind: "vault.damage-healed", actor: engineActor, target, data } };
}

/** Places of one statement. */
const AT_ONCE = 2_000;

async function storePlaces(
  tx: Tx,
  { vaultId, places, at }: Pick<HealedPlaces, "vaultId" | "places"> & { readonly at: Date },
): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO "VaultDamageItem" ("vaultId", "packId", "offset", "healedAt", "healedPack", "healedOffset")
    SELECT DISTINCT ON (h.pack, h."offset") ${vaultId}::uuid, h.pack, h."offset", ${at}, h.to_pack, h.to_offset
    FROM unnest(
      ${places.map(({ pack }) => pack)}::text[], ${places.map(({ offset }) => offset)}::int[],
      ${places.map(({ place }) => place.pack)}::text[], ${places.map(({ place }) => place.offset)}::int[]
    ) AS h(pack, "offset", to_pack, to_offset)
    ORDER BY h.pack, h."offset"
    ON CONFLICT ("vaultId", "packId", "offset") DO UPDATE SET "healedAt" = EXCLUDED."healedAt",
      "healedPack" = EXCLUDED."healedPack", "healedOffset" = EXCLUDED."healedOffset"`;
}

/** Packs that one event lists. */
const EVENT_PACKS = 20;

/**
 * A point was read whole, and every byte is as it was stored: the places that it needs can be read, if only through a moved table. That
 * says nothing about the rest of a pack that is damaged as a whole: the damage stays for deduplication and for other points, and only this
 * point is free of it. Call it last in the transaction.
 */
export async function recordReadWhole(
  tx: Tx,
  { vaultId, pointId }: { readonly vaultId: string; readonly pointId: string },
): Promise<void> {
  const damage = await tx.vaultDamage.findMany({
    where: { vaultId, healedAt: null, points: { some: { pointId } } },
    select: { id: true, packId: true, offset: true },
  });
  const [whole, elsewhere, good]: [string[], string[], string[]] = [[], [], []];
  for (const { id, packId, offset } of damage) {
    if (packId !== null && offset === WHOLE_OBJECT) whole.push(id);
    else ((await isElsewhere(tx, { vaultId, packId, offset })) ? elsewhere : good).push(id);
  }
  await tx.vaultDamagePoint.deleteMany({ where: { pointId, damageId: { in: whole } } });
  await closeDamage(tx, { vaultId, ids: elsewhere, by: "backup" });
  await closeDamage(tx, { vaultId, ids: good, by: "verification" });
  const drafts = await markHealed(tx, [pointId]);
  const at = await databaseNow(tx);
  if (drafts.length > 0) await appendEvents(tx, { now: () => at }, drafts);
}

/** Whether readers find the item of a place in another pack. */
async function isElsewhere(
  tx: Tx,
  { vaultId, packId, offset }: { vaultId: string; packId: string | null; offset: number },
): Promise<boolean> {
  if (packId === null) return false;
  return (
    (await tx.vaultDamageItem.count({ where: { vaultId, packId, offset, healedAt: { not: null } } })) > 0
  );
}

/** Closes damage, and frees the points that need nothing else. Call it last in the transaction. */
export async function closeDamage(
  tx: Tx,
  closing: { readonly vaultId: string; readonly ids: readonly string[]; readonly by: DamageHealer },
): Promise<void> {
  const { vaultId, by } = closing;
  const at = await databaseNow(tx);
  const closed = await tx.vaultDamage.updateManyAndReturn({
    where: { id: { in: [...closing.ids] }, vaultId, healedAt: null },
    data: { healedAt: at, healedBy: by, reachedAt: at },
    select: { id: true, object: true, packId: true, offset: true },
  });
  if (closed.length === 0) return;
  // The place itself is good again. After a backup it is not: readers follow a moved table, and deduplication must not use it.
  if (by === "verification" || by === "comparison") await usePlacesAgain(tx, vaultId, closed);
  const linked = { damageId: { in: closed.map(({ id }) => id) } };
  const points = await tx.vaultDamagePoint.findMany({ where: linked, select: { pointId: true } });
  await tx.$executeRaw`
    UPDATE "VaultDamage" d SET "healedPoints" = (SELECT count(*) FROM "VaultDamagePoint" l WHERE l."damageId" = d.id)
    WHERE d.id = ANY(${linked.damageId.in}::uuid[])`;
  await tx.vaultDamagePoint.deleteMany({ where: linked });
  const drafts = await markHealed(tx, [...new Set(points.map(({ pointId }) => pointId))]);
  const name = await vaultName(tx, vaultId);
  const data = {
    healedBy: by,
    count: closed.length,
    objects: closed.slice(0, EVENT_PACKS).map(({ object }) => object),
  };
  if ((await tx.vaultDamage.count({ where: { vaultId, healedAt: null } })) === 0)
    await clearAttention(tx, `vault-damage:${vaultId}`);
  const target = { type: "vault", id: vaultId, name } as const;
  await appendEvents(tx, { now: () => at }, [
    { kind: "vault.damage-healed", actor: engineActor, target, data },
    ...drafts,
  ]);
}

async function usePlacesAgain(
  tx: Tx,
  vaultId: string,
  closed: readonly { readonly packId: string | null; readonly offset: number }[],
): Promise<void> {
  for (const { packId, offset } of closed) {
    if (packId === null) continue;
    if (offset === WHOLE_OBJECT)
      await tx.vaultPack.updateMany({ where: { vaultId, packId }, data: { state: "live", reason: null } });
    await tx.vaultDamageItem.deleteMany({
      where: { vaultId, packId, ...(offset === WHOLE_OBJECT ? {} : { offset }) },
    });
  }
}

async function vaultName(tx: Tx, vaultId: string): Promise<string> {
  const vault = await tx.vault.findUnique({ where: { id: vaultId }, select: { name: true } });
  return vault?.name ?? vaultId;
}
