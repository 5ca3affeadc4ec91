/** A VM's snapshot (restore point), as job memories and kept snapshots store it. */
import { z } from "zod";

/** A disk of a snapshot: `DiskRestorePointFacts` of @kluis/azure. */
export const snapshotDiskSchema = z.object({
  id: z.string(),
  name: z.string(),
  slot: z.union([z.literal("os"), z.int()]),
  sourceDiskId: z.string(),
  sourceUniqueId: z.string(),
  familyId: z.string(),
  completionPercent: z.number(),
});
export type SnapshotDisk = z.infer<typeof snapshotDiskSchema>;

/** `RestorePointFacts` of @kluis/azure; the detail of a kept snapshot in `AzureResource.detail`. */
export const snapshotSchema = z.object({
  id: z.string(),
  collectionId: z.string(),
  name: z.string(),
  createdAt: z.string(),
  consistency: z.enum(["application", "file-system", "crash"]),
  disks: z.array(snapshotDiskSchema),
});
