/** Compares the manifest of a recovery point with the records about it outside the vault. */
import { damaged } from "./errors.ts";
import type { ManifestDisk } from "./manifest.ts";
import { pointName } from "./names.ts";
import type { StoredManifest } from "./points.ts";
import type { Vault } from "./vault.ts";

/** What a catalog and its ledger know of a recovery point. */
export interface RecordedPoint {
  readonly pointId: string;
  /** Of the manifest, as recorded in each place that has one. */
  readonly digests: readonly string[];
  readonly disks: readonly {
    readonly key: string;
    readonly root: string | null;
    readonly rootDigest: string;
    readonly diskBytes: number;
  }[];
}

/** @throws KluisError VAULT_DATA_DAMAGED when the chunk map of a disk does not have the root digest of its manifest */
export function requireRootDigest(
  vault: Pick<Vault, "rootDigest">,
  pointId: string,
  { key, diskBytes, root, rootDigest }: ManifestDisk,
): void {
  if (vault.rootDigest(root, diskBytes) !== rootDigest)
    throw damaged(pointName(pointId), `the root digest of disk ${key} does not match its chunk map`);
}

/**
 * Returns the manifest when it is the recorded one, has the recorded disks, and the chunk map of each disk has its root digest. A valid
 * manifest that was stored before the recorded one is not the recorded one.
 * @throws KluisError VAULT_DATA_DAMAGED, VAULT_OBJECT_MISSING
 */
export async function checkedManifest(
  vault: Pick<Vault, "getManifest" | "rootDigest">,
  { pointId, digests, disks }: RecordedPoint,
  signal: AbortSignal,
): Promise<StoredManifest> {
  const stored = await vault.getManifest(pointId, signal);
  const other = (problem: string) => damaged(pointName(pointId), problem);
  if (digests.some((digest) => digest !== stored.digest))
    throw other("it is not the manifest whose digest the ledger records");
  for (const disk of stored.manifest.disks) requireRootDigest(vault, pointId, disk);
  for (const { key, diskBytes, root, rootDigest } of disks) {
    const found = stored.manifest.disks.find((disk) => disk.key === key);
    const isSame = found?.rootDigest === rootDigest && found.root === root && found.diskBytes === diskBytes;
    if (!isSame) throw other(`its disk ${key} is not the one that the backup recorded`);
  }
  return stored;
}
