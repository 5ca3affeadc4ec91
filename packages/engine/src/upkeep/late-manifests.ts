/**
 * Manifests without a recovery point. The writer of a manifest may be killed, or come back late, after its job was canceled and
 * the manifest removed: nothing in the database knows the new one, and it would keep its data forever.
 *
 * Only the manifest of a job of this database that failed or was canceled is removed. Any other one may be the only copy of a backup,
 * for example when the database is older than the vault.
 */
import { databaseNow, findPointlessJob, inTransaction, listKnownPoints, wantOrphanRemoved } from "@kluis/db";
import type { EngineDeps } from "../deps.ts";
import { manifestOrphan } from "../jobs/backup/clean-up.ts";
import type { OpenedVault } from "../runtime/vaults.ts";

/** Manifests that one query looks up. */
const AT_ONCE = 500;

/** Lets the reconciler remove them. Returns how many are new. */
export async function wantLateManifestsRemoved(
  deps: Pick<EngineDeps, "db" | "log">,
  { id: vaultId, vault }: OpenedVault,
  signal: AbortSignal,
): Promise<number> {
  let found = 0;
  for await (const pointIds of portions(vault.listManifests(signal))) {
    const known = await listKnownPoints(deps.db.prisma, pointIds);
    for (const pointId of pointIds) {
      if (known.has(pointId)) continue;
      const { manifest } = await vault.getManifest(pointId, signal);
      const job = await findPointlessJob(deps.db.prisma, manifest.jobId);
      if (job === null) continue;
      const isNew = await inTransaction(deps.db, async (tx) =>
        wantOrphanRemoved(tx, { ...manifestOrphan(job, { pointId, vaultId }), at: await databaseNow(tx) }),
      );
      if (!isNew) continue;
      found++;
      deps.log.warn({ pointId, jobId: job.id }, "vault: found a manifest of a job that made no point");
    }
  }
  return found;
}

async function* portions(
  entries: AsyncIterable<{ readonly pointId: string }>,
): AsyncGenerator<readonly string[]> {
  let portion: string[] = [];
  for await (const { pointId } of entries) {
    portion.push(pointId);
    if (portion.length < AT_ONCE) continue;
    yield portion;
    portion = [];
  }
  if (portion.length > 0) yield portion;
}
