/** Makes the damaged manifest of a recovery point again, from the manifest of the same content in another vault and from the catalog. */
import type { ManifestFacts } from "@kluis/db";
import { deduplicationDomain, deduplicationScopes, deltaMethods, isDamage } from "@kluis/domain";
import { type Manifest, manifestDigest, parseNodeRef, type Vault } from "@kluis/vault";

/** A point whose manifest is missing or damaged. */
export interface LostManifest {
  readonly pointId: string;
  /** As the vault's descriptor names it. */
  readonly vaultId: string;
  readonly facts: ManifestFacts;
}

/**
 * Returns the manifest with the recorded digest; null when what is known does not give it. The digest decides, so nothing that was guessed
 * can be wrong: the point before this one, and the domain of its disks.
 */
export function manifestAgain(sound: Manifest, { pointId, vaultId, facts }: LostManifest): Manifest | null {
  const { jobId, manifestDigest: wanted } = facts;
  for (const disks of diskCandidates(sound, facts)) {
    for (const previous of [null, ...facts.previous]) {
      const candidate = { ...sound, pointId, vaultId, jobId, previous, disks };
      if (manifestDigest(candidate) === wanted) return candidate;
    }
  }
  return null;
}

function* diskCandidates(sound: Manifest, { disks }: ManifestFacts): Generator<Manifest["disks"]> {
  const domains = new Set([
    ...sound.disks.map(({ domain }) => domain),
    ...deduplicationScopes.map((scope) => deduplicationDomain(sound.vm.resourceId, scope)),
  ]);
  const reasons = [(reason: string | null) => reason, () => null];
  for (const domain of domains)
    for (const reasonOf of reasons)
      yield sound.disks.flatMap((disk) => {
        const row = disks.find(({ diskKey }) => diskKey === disk.key);
        const delta = deltaMethods.find((method) => method === row?.deltaMethod);
        if (row === undefined || delta === undefined) return [];
        const { readBytes, changedBytes, movedBytes, storedBytes } = row;
        const bytes = { readBytes, changedBytes, movedBytes, storedBytes };
        return {
          ...disk,
          root: row.root === null ? null : parseNodeRef(row.root),
          rootDigest: row.rootDigest,
          domain,
          delta,
          deltaReason: reasonOf(row.deltaReason),
          stats: { logicalBytes: row.diskBytes, ...bytes, zeroBytes: 0 },
        };
      });
}

/**
 * Stores a manifest in the place of a damaged one, which is deleted first, because objects are written once. A kill between the two leaves
 * it missing, and the next try stores it. Does nothing when the right one is there.
 */
export async function replaceManifest(vault: Vault, manifest: Manifest, signal: AbortSignal): Promise<void> {
  const { pointId } = manifest;
  const there = await vault.getManifest(pointId, signal).catch((error: unknown) => {
    if (isDamage(error)) return null;
    throw error;
  });
  if (there?.digest === manifestDigest(manifest)) return;
  await vault.deleteManifest(pointId, signal);
  await vault.putManifest(manifest, signal);
}
