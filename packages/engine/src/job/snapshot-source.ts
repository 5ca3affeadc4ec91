/**
 * The captured disks of a VM, as job memories and kept snapshots store them: a restore point of the VM, or a snapshot of each disk.
 * Code that reads a disk does not need to know which.
 */
import type { AzureResourceRow } from "@kluis/db";
import { z } from "zod";

/** A disk of a snapshot: `DiskRestorePointFacts` of @kluis/azure. Earlier versions stored no sizes. */
export const snapshotDiskSchema = z.object({
  id: z.string(),
  name: z.string(),
  slot: z.union([z.literal("os"), z.int()]),
  sourceDiskId: z.string(),
  sourceUniqueId: z.string(),
  familyId: z.string(),
  completionPercent: z.number(),
  sizeBytes: z.number().nullable().default(null),
  sizeGb: z.number().nullable().default(null),
});
export type SnapshotDisk = z.infer<typeof snapshotDiskSchema>;

/** `RestorePointFacts` of @kluis/azure. Earlier versions stored no kind: they knew this one only. */
const restorePointSchema = z.object({
  kind: z.literal("restore-point").default("restore-point"),
  id: z.string(),
  collectionId: z.string(),
  name: z.string(),
  createdAt: z.string(),
  consistency: z.enum(["application", "file-system", "crash"]),
  disks: z.array(snapshotDiskSchema),
});
export type RestorePointSource = z.infer<typeof restorePointSchema>;

/** Snapshots of the single disks of a stopped VM. */
const diskSnapshotsSchema = z.object({
  kind: z.literal("disk-snapshots"),
  /** The instant of the first of them. Nothing was written before the last one. */
  createdAt: z.string(),
  consistency: z.literal("crash"),
  disks: z.array(snapshotDiskSchema),
});
export type DiskSnapshotsSource = z.infer<typeof diskSnapshotsSchema>;

export const snapshotSourceSchema = z.union([diskSnapshotsSchema, restorePointSchema]);
export type SnapshotSource = z.infer<typeof snapshotSourceSchema>;

/** Ids of what holds the disks in Azure, in lower case: the keys of their rows. */
export function sourceIds(source: SnapshotSource): string[] {
  switch (source.kind) {
    case "restore-point":
      return [source.id.toLowerCase()];
    case "disk-snapshots":
      return source.disks.map(({ id }) => id.toLowerCase());
    default:
      return source satisfies never;
  }
}

/** The disks that kept snapshots hold. A row whose detail cannot be read holds none. */
export function keptDisks(rows: readonly Pick<AzureResourceRow, "kind" | "detail">[]): SnapshotDisk[] {
  return rows.flatMap(({ kind, detail }) => {
    if (kind === "restore-point") return restorePointSchema.safeParse(detail).data?.disks ?? [];
    return kind === "snapshot" ? (snapshotDiskSchema.safeParse(detail).data ?? []) : [];
  });
}
