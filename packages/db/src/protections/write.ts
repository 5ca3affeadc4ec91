import { type Actor, type Clock, diskKeySchema, protectionStates } from "@kluis/domain";
import { z } from "zod";
import type { Prisma } from "../../generated/client.ts";
import { newId } from "../ids.ts";
import { fromJson, toJson, toJsonOrNull } from "../json.ts";
import { databaseNow } from "../time.ts";
import type { Tx } from "../tx.ts";
import { rulesInForce } from "./rules.ts";
import { decideAgain } from "./schedule.ts";

const protectionRow = z.object({
  id: z.string(),
  vmId: z.string(),
  policyId: z.string(),
  state: z.enum(protectionStates),
  /** Keys of the disks that are not backed up. */
  excludedDisks: z.array(diskKeySchema),
  since: z.date(),
  stoppedAt: z.date().nullable(),
  /** Planned times up to here are decided. */
  scheduledThrough: z.date(),
  extensionReadyAt: z.date().nullable(),
  /** Changes inside a Windows guest, and the scripts of a Linux guest; null until a backup has looked. */
  guestChanges: z.record(z.string(), z.unknown()).nullable(),
});
/** A VM under a policy. */
export type ProtectionRow = z.infer<typeof protectionRow>;

const fields = {
  id: true,
  vmId: true,
  policyId: true,
  state: true,
  excludedDisks: true,
  since: true,
  stoppedAt: true,
  scheduledThrough: true,
  extensionReadyAt: true,
  guestChanges: true,
} as const satisfies Record<keyof ProtectionRow, true>;

function toRow(row: Prisma.ProtectionGetPayload<{ select: typeof fields }>): ProtectionRow {
  return fromJson(protectionRow, row, "Protection");
}

export async function getProtection(tx: Tx, vmId: string): Promise<ProtectionRow | null> {
  const row = await tx.protection.findUnique({ where: { vmId }, select: fields });
  return row && toRow(row);
}

/**
 * Puts a VM under a policy, or changes the policy and the excluded disks of a protected VM. Backups that were due while it
 * was not protected are not caught up.
 */
export async function setProtection(
  tx: Tx,
  wanted: {
    readonly vmId: string;
    readonly policyId: string;
    readonly excludedDisks: readonly string[];
    /** Who does so: named when the rules of the policy remove points that the rules before keep. */
    readonly by?: Actor;
    /** The assignment rule that does so; null: a person. */
    readonly ruleId?: string | null;
  },
  clock: Clock,
): Promise<{ readonly before: ProtectionRow | null; readonly now: ProtectionRow }> {
  const { vmId, policyId } = wanted;
  const now = clock.now();
  await tx.$queryRaw`SELECT id FROM "VirtualMachine" WHERE id = ${vmId}::uuid FOR UPDATE`;
  await tx.$queryRaw`SELECT id FROM "Protection" WHERE "vmId" = ${vmId}::uuid FOR UPDATE`;
  const before = await getProtection(tx, vmId);
  const resumed = before?.state !== "active";
  const governs = resumed || before.policyId !== policyId;
  const assigned = governs && {
    assignedBy: toJsonOrNull(wanted.by ?? null),
    assignedAt: await databaseNow(tx),
    rulesBefore: await rulesInForce(tx, vmId),
    assignedRuleId: wanted.ruleId ?? null,
  };
  const data = { policyId, excludedDisks: [...wanted.excludedDisks], state: "active", ...assigned };
  const row = await tx.protection.upsert({
    where: { vmId },
    create: { id: newId(clock), vmId, ...data, since: now, scheduledThrough: now },
    update: {
      ...data,
      stoppedAt: null,
      stoppedBy: toJsonOrNull(null),
      ...(resumed && { since: now, scheduledThrough: now }),
    },
    select: fields,
  });
  if (governs) await decideAgain(tx, { vmId });
  return { before, now: toRow(row) };
}

/** Stops protection and keeps the data; returns false when the VM was not protected. No assignment rule protects it again. */
export async function stopProtection(
  tx: Tx,
  vmId: string,
  { at, by = null }: { readonly at: Date; readonly by?: Actor | null },
): Promise<boolean> {
  const stopped = await tx.protection.updateMany({
    where: { vmId, state: "active" },
    data: { state: "stopped", stoppedAt: at, stoppedBy: toJsonOrNull(by) },
  });
  // Without rules nothing expires: the last verdicts would promise an end.
  await tx.$executeRaw`
    UPDATE "RecoveryPoint" SET tiers = '{}', "expiresAt" = NULL
    WHERE "vmId" = ${vmId}::uuid AND "copyOf" IS NULL AND state IN ('available', 'damaged')
      AND (tiers <> '{}' OR "expiresAt" IS NOT NULL)`;
  return stopped.count === 1;
}

export async function setExtensionReady(tx: Tx, vmId: string, at: Date | null): Promise<void> {
  await tx.protection.updateMany({ where: { vmId }, data: { extensionReadyAt: at } });
}

/** Changes some of the stored facts about a VM's guest, and keeps the others. */
export async function changeGuestState(
  tx: Tx,
  vmId: string,
  parts: Readonly<Record<string, unknown>>,
): Promise<void> {
  const [row] = await tx.$queryRaw<{ guestChanges: unknown }[]>`
    SELECT "guestChanges" FROM "Protection" WHERE "vmId" = ${vmId}::uuid FOR UPDATE`;
  const known = z
    .record(z.string(), z.unknown())
    .catch({})
    .parse(row?.guestChanges ?? {});
  const guestChanges = toJson({ ...known, ...parts });
  await tx.protection.updateMany({ where: { vmId }, data: { guestChanges } });
}
