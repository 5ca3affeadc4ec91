/** Compares the manifest of a recovery point with what the ledger and the catalog record. */
import { type PointRef, recordedManifestDigest } from "@kluis/db";
import { checkedManifest, type Vault } from "@kluis/vault";
import type { EngineDeps } from "../deps.ts";

/**
 * Returns the manifest, which is the one that the backup recorded, with the same content of each disk.
 * @throws KluisError VAULT_DATA_DAMAGED, VAULT_OBJECT_MISSING
 */
export async function recordedManifest(
  { db }: Pick<EngineDeps, "db">,
  { vault, point, signal }: { readonly vault: Vault; readonly point: PointRef; readonly signal: AbortSignal },
): ReturnType<typeof checkedManifest> {
  const recorded = await recordedManifestDigest(db.prisma, point);
  const digests = [point.manifestDigest, ...(recorded === null ? [] : [recorded])];
  const disks = point.disks.map(({ diskKey, ...disk }) => ({ ...disk, key: diskKey }));
  return checkedManifest(vault, { pointId: point.id, digests, disks }, signal);
}
