/** Records damage in a vault: from then on deduplication and deltas avoid it, and the points that need it are looked for. */
import {
  type DamageFinder,
  type DamageFinding,
  damagedObject,
  engineActor,
  type LedgerDraft,
  notice,
  storedPointStates,
  WHOLE_OBJECT,
} from "@kluis/domain";
import { raiseAttention } from "../attention/write.ts";
import { newId } from "../ids.ts";
import { appendEvents } from "../ledger/append.ts";
import { judgeAgain } from "../protections/schedule.ts";
import { enqueue } from "../queue/enqueue.ts";
import { isUuid } from "../text.ts";
import { databaseNow } from "../time.ts";
import type { Tx } from "../tx.ts";
import { type HealedPlace, healPlaces } from "./heal.ts";
import { markDamaged } from "./points.ts";

export interface FoundDamage {
  readonly vaultId: string;
  readonly foundBy: DamageFinder;
  readonly findings: readonly DamageFinding[];
  /** The recovery point that was read: it needs what was found. Null: not known yet. */
  readonly pointId?: string | null;
  readonly jobId?: string | null;
  /** Items at the found places that moved tables lead to: readers find them there, so no point needs the found place for them. */
  readonly moved?: readonly HealedPlace[];
}

/**
 * Records damage that someone met, marks the recovery point that was read, and wakes the search for the others. Recording it again changes
 * nothing. Call it last in the transaction, as `appendEvents`.
 * @returns how many findings are new
 */
export async function recordDamage(tx: Tx, found: FoundDamage): Promise<number> {
  const { vaultId, findings, moved = [] } = found;
  if (findings.length + moved.length === 0) return 0;
  // Before other rows, in the order in which retention locks.
  await judgeReadPoint(tx, found.pointId ?? null);
  const at = await databaseNow(tx);
  const added: DamageFinding[] = [];
  const points = new Set<string>();
  for (const finding of findings) {
    if (await addDamage(tx, { ...found, finding, at })) added.push(finding);
    const needs = await linkPoint(tx, found, finding);
    if (needs !== null) points.add(needs);
  }
  // Before anything searches for points that need it.
  const healed = await healPlaces(tx, { vaultId, places: moved, by: "moved", jobId: null });
  const damagedPoints = await markDamaged(tx, [...points]);
  const [first] = added;
  if (first !== undefined) {
    await enqueue(tx, "vault.damage-reach", {});
    const vault = await tx.vault.findUnique({ where: { id: vaultId }, select: { name: true } });
    const name = vault?.name ?? vaultId;
    const open = await tx.vaultDamage.count({ where: { vaultId, healedAt: null } });
    await raiseAttention(tx, {
      key: `vault-damage:${vaultId}`,
      kind: "vault-damage",
      notice: notice("vault-damaged", { vault: name, objects: open, object: first.object }),
    });
    damagedPoints.unshift(foundEvent(found, added, name));
  }
  if (healed !== null) damagedPoints.push(healed.draft);
  await appendEvents(tx, { now: () => at }, damagedPoints);
  return added.length;
}

function foundEvent(found: FoundDamage, added: readonly DamageFinding[], name: string): LedgerDraft {
  const { vaultId, foundBy, jobId = null, pointId = null } = found;
  const data = { foundBy, jobId, pointId, count: added.length, damage: added.slice(0, EVENT_ITEMS) };
  return {
    kind: "vault.damage-found",
    actor: engineActor,
    target: { type: "vault", id: vaultId, name },
    data,
  };
}

/** Findings that one event lists; it has the count of all. */
const EVENT_ITEMS = 20;

async function judgeReadPoint(tx: Tx, pointId: string | null): Promise<void> {
  if (pointId === null) return;
  const point = await tx.recoveryPoint.findUnique({ where: { id: pointId }, select: { vmId: true } });
  if (point !== null) await judgeAgain(tx, point.vmId);
}

interface Adding extends FoundDamage {
  readonly finding: DamageFinding;
  readonly at: Date;
}

async function addDamage(tx: Tx, adding: Adding): Promise<boolean> {
  const { vaultId, finding, at, foundBy, jobId = null } = adding;
  const { object, offset, reason, problem } = finding;
  const where = damagedObject(object);
  const packId = where?.kind === "pack" ? where.pack : null;
  const facts = { packId, reason, problem, foundBy, foundAt: at, changedAt: at, jobId };
  const { count } = await tx.vaultDamage.createMany({
    data: { id: newId(), vaultId, object, offset, ...facts },
    skipDuplicates: true,
  });
  // The same row is open again when it was healed before, and is new damage when what could be read in part is missing now.
  const isMissing = reason === "missing" ? [{ reason: "unreadable" }] : [];
  const again =
    count === 0
      ? await tx.vaultDamage.updateMany({
          where: { vaultId, object, offset, OR: [{ healedAt: { not: null } }, ...isMissing] },
          data: { ...facts, reachedAt: null, healedAt: null, healedBy: null, healedJobId: null },
        })
      : { count: 0 };
  const isNew = count + again.count > 0;
  // Items are read without the table.
  if (isNew && packId !== null && reason !== "table") await avoidPack(tx, { vaultId, packId, finding });
  return isNew;
}

/** Deduplication skips the place, or the whole pack. The chunks that were there are kept by id, because the same content heals them. */
async function avoidPack(
  tx: Tx,
  { vaultId, packId, finding }: { vaultId: string; packId: string; finding: DamageFinding },
): Promise<void> {
  const { offset, reason, problem } = finding;
  const isWhole = offset === WHOLE_OBJECT;
  if (isWhole) {
    const data = { state: reason === "missing" ? "missing" : "damaged", reason: problem };
    await tx.vaultPack.updateMany({ where: { vaultId, packId }, data });
  } else {
    await tx.vaultDamageItem.createMany({ data: { vaultId, packId, offset }, skipDuplicates: true });
  }
  await tx.$executeRaw`
    INSERT INTO "VaultDamageItem" AS known ("vaultId", "packId", "offset", length, "chunkId")
    SELECT p."vaultId", p."packId", c."offset", c.length, c.digest
    FROM "VaultPack" p JOIN "VaultChunk" c ON c.pack = p.number
    WHERE p."vaultId" = ${vaultId}::uuid AND p."packId" = ${packId}
      AND (${isWhole}::boolean OR c."offset" = ${offset}::int)
    ON CONFLICT ("vaultId", "packId", "offset") DO UPDATE
      SET "chunkId" = EXCLUDED."chunkId", length = EXCLUDED.length, "healedAt" = NULL, "healedPack" = NULL, "healedOffset" = NULL`;
}

/** Returns the held point that needs what was found: the one that was read, or whose manifest it is. */
async function linkPoint(
  tx: Tx,
  { vaultId, pointId = null }: FoundDamage,
  { object, offset, reason }: DamageFinding,
): Promise<string | null> {
  if (reason === "table") return null;
  const where = damagedObject(object);
  const needs = where?.kind === "point" ? where.point : pointId;
  if (needs === null || !isUuid(needs)) return null;
  const damage = await tx.vaultDamage.findUnique({
    where: { vaultId_object_offset: { vaultId, object, offset }, healedAt: null },
    select: { id: true },
  });
  const held = { id: needs, vaultId, state: { in: [...storedPointStates] } };
  const point = await tx.recoveryPoint.findFirst({ where: held, select: { id: true } });
  if (damage === null || point === null) return null;
  await tx.vaultDamagePoint.createMany({
    data: { damageId: damage.id, pointId: point.id },
    skipDuplicates: true,
  });
  return point.id;
}
