/** How far Azure's lists of changed ranges are trusted, per disk of a VM: reads, counts, turns off, allows again. */
import { type Actor, type DiskTrustState, newDiskTrust } from "@kluis/domain";
import { z } from "zod";
import { toJson, toJsonOrNull } from "../json.ts";
import { databaseNow } from "../time.ts";
import type { Tx } from "../tx.ts";

/** A disk, by Azure's unique id: a disk that is created again with its name is another one. */
export interface TrustedDisk {
  readonly vmId: string;
  readonly diskUniqueId: string;
}

const wrongListSchema = z.object({ jobId: z.string(), blocks: z.number(), firstOffset: z.number() });
/** The list that was wrong. `firstOffset`: of the first omitted block, in bytes from the start of the disk. */
export type WrongList = z.infer<typeof wrongListSchema>;

export interface DiskTrustRow extends DiskTrustState {
  readonly diskUniqueId: string;
  readonly name: string;
  readonly confirmed: number;
  readonly confirmedAt: Date | null;
  readonly turnedOffAt: Date | null;
  readonly wrongList: WrongList | null;
  readonly allowedAt: Date | null;
}

/** The trust in the lists of a VM's disks, in the order of their names. */
export async function listDiskTrust(tx: Tx, vmId: string): Promise<DiskTrustRow[]> {
  const rows = await tx.diskTrust.findMany({
    where: { vmId },
    orderBy: [{ name: "asc" }, { diskUniqueId: "asc" }],
  });
  return rows.map(({ diskUniqueId, name, deltas, confirmed, confirmedAt, turnedOffAt, ...row }) => ({
    diskUniqueId,
    name,
    deltas,
    confirmed,
    confirmedAt,
    turnedOffAt,
    isTurnedOff: turnedOffAt !== null,
    wrongList: wrongListSchema.nullable().catch(null).parse(row.wrongList),
    allowedAt: row.allowedAt,
  }));
}

export async function readDiskTrust(tx: Tx, disk: TrustedDisk): Promise<DiskTrustState> {
  const row = await tx.diskTrust.findUnique({ where: { vmId_diskUniqueId: disk } });
  return row === null ? newDiskTrust : { deltas: row.deltas, isTurnedOff: row.turnedOffAt !== null };
}

export interface ListOutcome extends TrustedDisk {
  readonly name: string;
  /** `used`: the delta is what the list says. `confirmed`: a comparison found the list complete. Else what the list omitted. */
  readonly outcome: "used" | "confirmed" | WrongList;
}

/** Counts a delta that was made from Azure's list. A list that was wrong turns the lists of the disk off. */
export async function recordListOutcome(
  tx: Tx,
  { vmId, diskUniqueId, name, outcome }: ListOutcome,
  at: Date,
): Promise<void> {
  const isWrong = typeof outcome === "object";
  const confirmed = outcome === "confirmed" ? { confirmed: 1, confirmedAt: at } : {};
  const wrong = isWrong ? { turnedOffAt: at, wrongList: toJson(outcome) } : {};
  await tx.diskTrust.upsert({
    where: { vmId_diskUniqueId: { vmId, diskUniqueId } },
    create: { vmId, diskUniqueId, name, deltas: 1, ...confirmed, ...wrong },
    update: {
      name,
      deltas: { increment: 1 },
      ...(outcome === "confirmed" ? { confirmed: { increment: 1 }, confirmedAt: at } : {}),
      ...wrong,
    },
  });
}

/**
 * Allows Azure's lists again for a disk. Its next deltas are confirmed as those of a new disk.
 * @returns false when they were not turned off
 */
export async function allowLists(tx: Tx, { vmId, diskUniqueId }: TrustedDisk, by: Actor): Promise<boolean> {
  const { count } = await tx.diskTrust.updateMany({
    where: { vmId, diskUniqueId, turnedOffAt: { not: null } },
    data: {
      deltas: 0,
      confirmed: 0,
      turnedOffAt: null,
      wrongList: toJsonOrNull(null),
      allowedBy: toJson(by),
      allowedAt: await databaseNow(tx),
    },
  });
  return count > 0;
}
