/** Opens snapshots for reading within Azure's limit per disk, which all engines count together (db's open-access.ts). */
import { type AzureConnection, type Grant, grantRead } from "@kluis/azure";
import { type Db, type DiskFull, holdAccess, inTransaction } from "@kluis/db";
import { KluisError, limits } from "@kluis/domain";

/**
 * Asks Azure for read access, after the database has counted it.
 * @throws KluisError AZURE_LIMIT_REACHED (open-access), AZURE_SAS_EXPIRED when no job needs the snapshot any more, …
 */
export async function openSnapshot(
  { db, azure }: { readonly db: Db; readonly azure: AzureConnection },
  id: string,
  signal: AbortSignal,
): Promise<Grant> {
  const held = await inTransaction(db, (tx) => holdAccess(tx, id.toLowerCase()));
  if (held.kind === "full") throw tooManyOpen(held);
  if (held.kind === "closed") {
    throw new KluisError("AZURE_SAS_EXPIRED", {
      message: "Access to the snapshot was closed: its job does not need it any more.",
      params: { resourceId: id },
    });
  }
  const durationSeconds = limits.openAccessMs / 1000;
  return grantRead(azure, id, { signal, durationSeconds });
}

/** As Azure's own refusal, so a transfer is parked in the same way. */
export function tooManyOpen({ disk, open, needed }: DiskFull, name: string = disk): KluisError {
  const most = limits.openAccessPerDisk;
  const azureMessage = `Azure opens at most ${most} snapshots of a disk at once: disk ${name} has ${open} open, and needs ${needed} more.`;
  return new KluisError("AZURE_LIMIT_REACHED", {
    reason: "open-access",
    retry: "state",
    message: azureMessage,
    action: "No action needed: Kluis tries again when others have ended.",
    params: { disk: name, open, needed, most, azureMessage },
  });
}
