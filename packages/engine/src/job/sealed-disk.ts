/** A disk whose content is complete in the vault. */
import type { WorkDisk } from "@kluis/db";
import { type DeltaMethod, KluisError } from "@kluis/domain";

export type SealedDisk = WorkDisk & { readonly deltaMethod: DeltaMethod; readonly rootDigest: string };

/** @throws KluisError INTERNAL */
export function sealedDisk(disk: WorkDisk): SealedDisk {
  const { deltaMethod, rootDigest } = disk;
  if (deltaMethod !== null && rootDigest !== null) return { ...disk, deltaMethod, rootDigest };
  throw new KluisError("INTERNAL", {
    message: `Disk ${disk.name} is not sealed.`,
    params: { disk: disk.name },
  });
}
