/** The state of recovery points that need damaged items. */
import { engineActor, type LedgerDraft, type LedgerKind } from "@kluis/domain";
import { judgeAgain } from "../protections/schedule.ts";
import { teamsOfVm } from "../teams/work.ts";
import type { Tx } from "../tx.ts";

/** Marks available points as damaged. Returns the events of those that were. */
export function markDamaged(tx: Tx, pointIds: readonly string[]): Promise<LedgerDraft[]> {
  return change(tx, pointIds, { from: "available", to: "damaged", kind: "point.damaged" });
}

/** Marks damaged points as available that need nothing damaged any more. Returns the events of those that did. */
export async function markHealed(tx: Tx, pointIds: readonly string[]): Promise<LedgerDraft[]> {
  const still = await tx.vaultDamagePoint.findMany({
    where: { pointId: { in: [...pointIds] }, damage: { healedAt: null } },
    select: { pointId: true },
  });
  const damaged = new Set(still.map(({ pointId }) => pointId));
  const healed = pointIds.filter((id) => !damaged.has(id));
  await tx.pointDamage.deleteMany({ where: { pointId: { in: healed } } });
  return change(tx, healed, { from: "damaged", to: "available", kind: "point.healed" });
}

/** A verification that did not read everything found nothing: a point that needs damaged items is still damaged. */
export async function keepDamaged(tx: Tx, pointId: string): Promise<void> {
  const open = await tx.vaultDamagePoint.count({ where: { pointId, damage: { healedAt: null } } });
  if (open === 0) return;
  await tx.recoveryPoint.updateMany({
    where: { id: pointId, state: "available" },
    data: { state: "damaged" },
  });
}

interface Change {
  readonly from: string;
  readonly to: string;
  readonly kind: LedgerKind;
}

async function change(
  tx: Tx,
  pointIds: readonly string[],
  { from, to, kind }: Change,
): Promise<LedgerDraft[]> {
  const points = await tx.recoveryPoint.findMany({
    where: { id: { in: [...pointIds] }, state: from },
    orderBy: [{ vmId: "asc" }, { id: "asc" }],
    select: { id: true, vmId: true, takenAt: true, vm: { select: { name: true } } },
  });
  const teams = new Map<string, readonly string[]>();
  for (const vmId of new Set(points.map((point) => point.vmId))) {
    await judgeAgain(tx, vmId);
    teams.set(vmId, await teamsOfVm(tx, vmId));
  }
  const changed = await tx.recoveryPoint.updateManyAndReturn({
    where: { id: { in: points.map(({ id }) => id) }, state: from },
    // What healed it makes the tries from a copy count again.
    data: {
      state: to,
      ...(to === "available" ? { healTries: 0, healedFromCopyAt: null, notHealed: null } : {}),
    },
    select: { id: true },
  });
  const now = new Set(changed.map(({ id }) => id));
  return points
    .filter(({ id }) => now.has(id))
    .map(({ id, vmId, takenAt, vm }) => {
      const target = { type: "point", id, name: `${vm.name} ${takenAt.toISOString()}` } as const;
      return { kind, actor: engineActor, target, vmId, teamIds: [...(teams.get(vmId) ?? [])] };
    });
}
