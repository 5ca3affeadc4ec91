/** Exclusions of VMs from assignment rules. */
import {
  type Actor,
  actorSchema,
  type Clock,
  type ExclusionState,
  engineActor,
  exclusionLimits,
  KluisError,
  type LedgerDraft,
  notice,
  type Ref,
  type VmVisibility,
} from "@kluis/domain";
import { z } from "zod";
import { Prisma } from "../../generated/client.ts";
import { clearAttention, raiseAttention } from "../attention/write.ts";
import { newId } from "../ids.ts";
import { fromJson, toJson, toJsonOrNull } from "../json.ts";
import { appendEvents } from "../ledger/append.ts";
import { teamsOfVm } from "../teams/work.ts";
import { databaseNow } from "../time.ts";
import type { Tx } from "../tx.ts";
import { vmVisibleSql } from "../vms/visibility.ts";

const row = z.object({
  id: z.string(),
  vmId: z.string(),
  vmName: z.string(),
  resourceGroup: z.string(),
  subscriptionId: z.string(),
  tags: z.record(z.string(), z.string()),
  ownerId: z.string(),
  ownerName: z.string(),
  reason: z.string(),
  createdAt: z.date(),
  createdBy: actorSchema,
  expiresAt: z.date(),
  endedAt: z.date().nullable(),
  endedBy: actorSchema.nullable(),
});
export type ExclusionRow = z.infer<typeof row>;

const columns = Prisma.sql`e.id, e."vmId", vm.name AS "vmName", vm."resourceGroup", vm."subscriptionId", vm.tags, e."ownerId",
  e."ownerName", e.reason, e."createdAt", e."createdBy", e."expiresAt", e."endedAt", e."endedBy"`;
const from = Prisma.sql`"AssignmentExclusion" e JOIN "VirtualMachine" vm ON vm.id = e."vmId"`;

const states = {
  active: Prisma.sql`e."endedAt" IS NULL AND e."expiresAt" > kluis_now()`,
  expired: Prisma.sql`e."endedBy" IS NULL AND e."expiresAt" <= kluis_now()`,
  ended: Prisma.sql`e."endedBy" IS NOT NULL`,
} as const satisfies Record<ExclusionState, Prisma.Sql>;

async function readRows(tx: Tx, tail: Prisma.Sql): Promise<ExclusionRow[]> {
  const rows: unknown = await tx.$queryRaw`SELECT ${columns} FROM ${from} ${tail}`;
  return fromJson(z.array(row), rows, "AssignmentExclusion");
}

/** A page of the exclusions of visible VMs, those that end first at the top. */
export async function listExclusions(
  tx: Tx,
  visibility: VmVisibility,
  filter: {
    readonly vmId?: string | undefined;
    readonly state?: ExclusionState | undefined;
    readonly page: number;
    readonly pageSize: number;
  },
): Promise<{ readonly rows: ExclusionRow[]; readonly total: number }> {
  const { vmId, state, page, pageSize } = filter;
  const parts = [
    vmVisibleSql(visibility),
    ...(vmId === undefined ? [] : [Prisma.sql`e."vmId" = ${vmId}::uuid`]),
    ...(state === undefined ? [] : [states[state]]),
  ];
  const where = Prisma.sql`WHERE ${Prisma.join(parts, " AND ")}`;
  const rows = await readRows(
    tx,
    Prisma.sql`${where} ORDER BY e."endedAt" IS NOT NULL, e."expiresAt", e.id
      LIMIT ${pageSize} OFFSET ${(page - 1) * pageSize}`,
  );
  const counted = await tx.$queryRaw`SELECT count(*) AS count FROM ${from} ${where}`;
  const [{ count }] = z.tuple([z.object({ count: z.coerce.number() })]).parse(counted);
  return { rows, total: count };
}

/** The exclusion of a VM that is in force; null without one. */
export async function activeExclusion(tx: Tx, vmId: string): Promise<ExclusionRow | null> {
  const [found] = await readRows(tx, Prisma.sql`WHERE e."vmId" = ${vmId}::uuid AND ${states.active}`);
  return found ?? null;
}

/** An exclusion by id; null when there is none. */
export async function findExclusion(tx: Tx, id: string): Promise<ExclusionRow | null> {
  const [found] = await readRows(tx, Prisma.sql`WHERE e.id = ${id}::uuid`);
  return found ?? null;
}

/**
 * Excludes a VM from assignment rules. One that is in force ends. Call it after `lockAssignmentRules`.
 * @returns the new one, and the one that it replaces
 */
export async function addExclusion(
  tx: Tx,
  wanted: {
    readonly vm: Ref;
    readonly owner: Ref;
    readonly reason: string;
    readonly expiresAt: Date;
    readonly actor: Actor;
  },
  clock: Clock,
): Promise<{ readonly now: ExclusionRow; readonly before: ExclusionRow | null }> {
  const { vm, owner, reason, expiresAt, actor } = wanted;
  const at = await databaseNow(tx);
  const before = await activeExclusion(tx, vm.id);
  // Also one that has expired and that the engine has not ended yet: only one is open.
  await tx.assignmentExclusion.updateMany({
    where: { vmId: vm.id, endedAt: null, expiresAt: { lte: at } },
    data: { endedAt: at },
  });
  if (before !== null) await closeExclusion(tx, before.id, { at, by: actor });
  const id = newId(clock);
  await tx.assignmentExclusion.create({
    data: {
      id,
      vmId: vm.id,
      ownerId: owner.id,
      ownerName: owner.name,
      reason,
      createdAt: at,
      createdBy: toJson(actor),
      expiresAt,
    },
    select: { id: true },
  });
  const now = await findExclusion(tx, id);
  if (now === null) throw new KluisError("INTERNAL", { message: "The exclusion was not stored." });
  return { now, before };
}

/** Ends an exclusion. Returns false when it was not in force. */
export async function closeExclusion(
  tx: Tx,
  id: string,
  { at, by }: { readonly at: Date; readonly by: Actor | null },
): Promise<boolean> {
  const { count } = await tx.assignmentExclusion.updateMany({
    where: { id, endedAt: null },
    data: { endedAt: at, endedBy: toJsonOrNull(by) },
  });
  return count === 1;
}

const reminder = (vmId: string) => `exclusion:${vmId}` as const;

/** Clears what is raised about the end of an exclusion. Call it last in the transaction. */
export async function clearExclusionReminder(tx: Tx, vmId: string): Promise<void> {
  await clearAttention(tx, reminder(vmId));
}

/** Exclusions that have expired, or expire soon without a reminder, by id. */
export function listDueExclusions(
  tx: Tx,
  { after, limit }: { readonly after: string | null; readonly limit: number },
): Promise<ExclusionRow[]> {
  const behind = after === null ? Prisma.empty : Prisma.sql`AND e.id > ${after}::uuid`;
  return readRows(
    tx,
    Prisma.sql`WHERE e."endedAt" IS NULL ${behind} AND (e."expiresAt" <= kluis_now()
      OR (e."expiresAt" <= kluis_now() + make_interval(days => ${exclusionLimits.remindDays}::int)
        AND NOT EXISTS (SELECT FROM "Attention" a WHERE a.key = 'exclusion:' || e."vmId")))
      ORDER BY e.id LIMIT ${limit}`,
  );
}

/** Ends an exclusion that has expired, with an event, or raises that it expires soon. */
export async function settleExclusion(tx: Tx, exclusion: ExclusionRow, clock: Clock): Promise<void> {
  const { id, vmId, vmName, expiresAt, ownerName, reason } = exclusion;
  const now = await databaseNow(tx);
  if (expiresAt > now) {
    const current = await findExclusion(tx, id);
    // A person ended it meanwhile.
    if (current === null || current.endedAt !== null) return;
    await raiseAttention(tx, {
      key: reminder(vmId),
      kind: "exclusion",
      vmId,
      notice: notice("exclusion-ends", { vm: vmName, endsAt: expiresAt.toISOString(), owner: ownerName }),
    });
    return;
  }
  if (!(await closeExclusion(tx, id, { at: now, by: null }))) return;
  const event: LedgerDraft = {
    kind: "exclusion.expired",
    actor: engineActor,
    target: { type: "vm", id: vmId, name: vmName },
    vmId,
    teamIds: await teamsOfVm(tx, vmId),
    data: { owner: ownerName, reason, expiresAt: expiresAt.toISOString() },
  };
  await appendEvents(tx, clock, [event]);
  await clearAttention(tx, reminder(vmId));
}
