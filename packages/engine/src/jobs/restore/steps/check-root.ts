/** Proves that the disk was written from the map of its recovery point, whole, before the restore can count as done. */
import { listJobDisks } from "@kluis/db";
import { KluisError } from "@kluis/domain";
import { parseNodeRef } from "@kluis/vault";
import { recordedManifest } from "../../../job/manifest-check.ts";
import type { StepContext } from "../../../job/step.ts";
import { vaultOf } from "../../../job/vault-of.ts";
import type { RestoreMemory } from "../memory.ts";
import { sourceOf } from "../source.ts";

/**
 * Compares the root digest of the map that was read with the manifest's, and the written bytes with the plan. Each block was compared with
 * the map when it was read.
 * @throws KluisError VAULT_DATA_DAMAGED, VAULT_OBJECT_MISSING for the manifest
 * @returns the error of a disk that is not the recorded one; null when it is
 */
export async function checkRoot(context: StepContext<RestoreMemory>): Promise<KluisError | null> {
  const { deps, job, signal } = context;
  const [{ point, disk: source }, [disk]] = await Promise.all([
    sourceOf(context),
    listJobDisks(deps.db.prisma, job.id),
  ]);
  if (disk === undefined) throw new KluisError("INTERNAL", { message: "The job has no disk." });
  const { vault } = await vaultOf(context);
  const { manifest } = await recordedManifest(deps, { vault, point, signal });
  const expected = manifest.disks.find(({ key }) => key === source.diskKey)?.rootDigest ?? null;
  const root = disk.baseNode === null ? null : parseNodeRef(disk.baseNode);
  const written = vault.rootDigest(root, disk.diskBytes);
  const { movedBytes } = disk.stats;
  if (written === expected && movedBytes === disk.plannedBytes) return null;
  return new KluisError("INTERNAL", {
    message: `Disk ${disk.name} is not the disk of the recovery point: its root digest or its size differs.`,
    action: "Start the restore again. If it fails again, verify the recovery point.",
    params: { expected, written, movedBytes, plannedBytes: disk.plannedBytes },
  });
}
