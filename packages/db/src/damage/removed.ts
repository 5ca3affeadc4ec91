/** What the pages say of damage when points are removed. */
import { Prisma } from "../../generated/client.ts";
import { enqueue } from "../queue/enqueue.ts";
import type { Tx } from "../tx.ts";

/** Judges VMs again when one with a warning of damage loses points: the pages must not report points that are gone. */
export async function judgeDamageAfterRemoval(tx: Tx, pointIds: readonly string[]): Promise<void> {
  if (pointIds.length === 0) return;
  const told = await tx.$queryRaw<unknown[]>`
    SELECT FROM "Attention" a JOIN "RecoveryPoint" r ON r."vmId" = a."vmId"
    WHERE a.kind = 'point-damage' AND r.id IN (${Prisma.join(pointIds.map((id) => Prisma.sql`${id}::uuid`))}) LIMIT 1`;
  if (told.length > 0) await enqueue(tx, "vault.damage-reach", {});
}
