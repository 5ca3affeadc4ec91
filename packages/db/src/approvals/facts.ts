/** What a request for a second person is about, as it is now. */
import { heldPointStates, type PointState, pointStates, type Ref, type VmPlace } from "@kluis/domain";
import { z } from "zod";
import type { Tx } from "../tx.ts";

const placeRow = z.object({
  id: z.string(),
  name: z.string(),
  subscriptionId: z.string(),
  resourceGroup: z.string(),
  tags: z.record(z.string(), z.string()),
});

/** A VM with what decides which teams reach it. */
export type PlacedVm = Ref & VmPlace;

/** These VMs, by id. */
export async function readPlaces(tx: Tx, vmIds: readonly string[]): Promise<PlacedVm[]> {
  const rows = await tx.$queryRaw`
    SELECT vm.id, vm.name, vm."subscriptionId", vm."resourceGroup", vm.tags FROM "VirtualMachine" vm
    WHERE vm.id = ANY(${[...vmIds]}::uuid[]) ORDER BY vm.id`;
  return z.array(placeRow).parse(rows);
}

/** The VMs that a request affects. */
export async function approvalVms(tx: Tx, requestId: string): Promise<PlacedVm[]> {
  const rows = await tx.approvalItem.findMany({
    where: { requestId },
    select: { vmId: true },
    distinct: ["vmId"],
  });
  return readPlaces(
    tx,
    rows.map(({ vmId }) => vmId),
  );
}

/** A recovery point as its removal or release needs it. */
export interface PointFacts {
  readonly id: string;
  readonly vmId: string;
  readonly takenAt: Date;
  readonly state: PointState;
  readonly pinnedAt: Date | null;
  readonly pinReason: string | null;
}

const pointFacts = z.object({
  id: z.string(),
  vmId: z.string(),
  takenAt: z.date(),
  state: z.enum(pointStates),
  pinnedAt: z.date().nullable(),
  pinReason: z.string().nullable(),
});

/** Locks points against removal and release until the transaction ends. */
export async function holdPoints(tx: Tx, pointIds: readonly string[]): Promise<void> {
  const ids = [...pointIds];
  // Protections first, as everything that removes points does.
  await tx.$queryRaw`
    SELECT id FROM "Protection" WHERE "vmId" IN (SELECT r."vmId" FROM "RecoveryPoint" r WHERE r.id = ANY(${ids}::uuid[]))
    ORDER BY id FOR UPDATE`;
  await tx.$queryRaw`SELECT id FROM "RecoveryPoint" WHERE id = ANY(${ids}::uuid[]) ORDER BY id FOR UPDATE`;
}

/** Locks the protection of a VM and its points until the transaction ends. */
export async function holdVmPoints(tx: Tx, vmId: string): Promise<void> {
  await tx.$queryRaw`SELECT id FROM "VirtualMachine" WHERE id = ${vmId}::uuid FOR UPDATE`;
  await tx.$queryRaw`SELECT id FROM "Protection" WHERE "vmId" = ${vmId}::uuid FOR UPDATE`;
  await tx.$queryRaw`
    SELECT id FROM "RecoveryPoint" WHERE "vmId" = ${vmId}::uuid AND "copyOf" IS NULL ORDER BY id FOR UPDATE`;
}

/** The points of a VM that its deletion of data takes, and how many stay because they are pinned. */
export async function readRemovable(
  tx: Tx,
  vmId: string,
): Promise<{ readonly pointIds: readonly string[]; readonly pinned: number }> {
  const points = await tx.recoveryPoint.findMany({
    where: { vmId, copyOf: null, state: { in: [...heldPointStates] } },
    select: { id: true, pinnedAt: true },
  });
  const pointIds = points.filter(({ pinnedAt }) => pinnedAt === null).map(({ id }) => id);
  return { pointIds, pinned: points.length - pointIds.length };
}

/** These points, by id. */
export async function readPointFacts(tx: Tx, pointIds: readonly string[]): Promise<PointFacts[]> {
  const rows = await tx.$queryRaw`
    SELECT r.id, r."vmId", r."takenAt", r.state, r."pinnedAt", r."pinReason" FROM "RecoveryPoint" r
    WHERE r.id = ANY(${[...pointIds]}::uuid[]) ORDER BY r.id`;
  return z.array(pointFacts).parse(rows);
}

/** Those of the VMs that have no good point left without these. */
export async function losingLastGood(
  tx: Tx,
  { vmIds, pointIds }: { readonly vmIds: readonly string[]; readonly pointIds: readonly string[] },
): Promise<number> {
  const rows = await tx.$queryRaw`
    SELECT count(*) AS count FROM unnest(${[...vmIds]}::uuid[]) AS given(id)
    WHERE EXISTS (SELECT FROM "RecoveryPoint" r WHERE r."vmId" = given.id AND r.state = 'available' AND r."copyOf" IS NULL)
      AND NOT EXISTS (SELECT FROM "RecoveryPoint" r WHERE r."vmId" = given.id AND r.state = 'available' AND r."copyOf" IS NULL
        AND r.id <> ALL(${[...pointIds]}::uuid[]))`;
  return z.tuple([z.object({ count: z.coerce.number() })]).parse(rows)[0].count;
}
