/** Tells the users of a VM that recovery points are damaged, and later that they are good again. */
import { notice, noticeText } from "@kluis/domain";
import { z } from "zod";
import { clearAttention, raiseAttention } from "../attention/write.ts";
import type { Db } from "../client.ts";
import { inTransaction } from "../tx.ts";

/** How long the pages say that points are good again. */
const HEALED_SHOWN = "7 days";
/** VMs of one run; the next one continues. */
const VMS_MOST = 1_000;

const damagedVm = z.object({
  vmId: z.string(),
  vm: z.string(),
  points: z.coerce.number().int(),
  raisedAt: z.date().nullable(),
  said: z.string().nullable(),
});
type DamagedVm = z.infer<typeof damagedVm>;

/**
 * Compares what is raised with the points: raises, updates and clears. Two at once do the same.
 * @returns how many VMs have damaged points
 */
export async function judgeDamagedVms(db: Db): Promise<number> {
  const rows = await db.prisma.$queryRaw`
    SELECT vm.id AS "vmId", vm.name AS vm, coalesce(damaged.points, 0) AS points, a."raisedAt", a.message AS said
    FROM (SELECT "vmId", count(*) AS points FROM "RecoveryPoint" WHERE state = 'damaged' GROUP BY 1) damaged
    FULL JOIN (SELECT * FROM "Attention" WHERE kind = 'point-damage') a ON a."vmId" = damaged."vmId"
    JOIN "VirtualMachine" vm ON vm.id = coalesce(damaged."vmId", a."vmId")
    ORDER BY vm.id`;
  const vms = z.array(damagedVm).parse(rows);
  const changed = vms.filter(({ points, said, vm }) => said !== textOf(points, vm)).slice(0, VMS_MOST);
  for (const vm of changed) await judge(db, vm);
  await clearOldNews(db);
  return vms.filter(({ points }) => points > 0).length;
}

const noticeOf = (points: number, vm: string) => notice("points-damaged", { points, vm });
const textOf = (points: number, vm: string): string | null =>
  points === 0 ? null : noticeText(noticeOf(points, vm));

async function judge(db: Db, { vmId, vm, points, raisedAt }: DamagedVm): Promise<void> {
  const key = `point-damage:${vmId}` as const;
  await inTransaction(db, async (tx) => {
    if (points > 0) {
      await clearAttention(tx, `damage-healed:${vmId}`);
      await raiseAttention(tx, { key, kind: "point-damage", vmId, notice: noticeOf(points, vm) });
      return;
    }
    if (!(await clearAttention(tx, key))) return;
    const since = raisedAt ?? new Date(0);
    const healed = await tx.ledgerEvent.count({ where: { vmId, kind: "point.healed", at: { gte: since } } });
    // Points that were removed are not good again.
    if (healed === 0) return;
    const told = notice("points-healed", { points: healed, vm });
    await raiseAttention(tx, { key: `damage-healed:${vmId}`, kind: "damage-healed", vmId, notice: told });
  });
}

async function clearOldNews(db: Db): Promise<void> {
  const rows = await db.prisma.$queryRaw`SELECT "vmId" FROM "Attention"
    WHERE kind = 'damage-healed' AND "vmId" IS NOT NULL AND "raisedAt" < kluis_now() - ${HEALED_SHOWN}::interval LIMIT ${VMS_MOST}`;
  for (const { vmId } of z.array(z.object({ vmId: z.string() })).parse(rows))
    await inTransaction(db, (tx) => clearAttention(tx, `damage-healed:${vmId}`));
}
