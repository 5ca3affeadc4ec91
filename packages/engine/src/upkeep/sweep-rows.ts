/** The sweeper's work on rows whose job has ended: grants that are still open, and resources that were planned but never made. */
import { hasDisk, hasRestorePoint, revokeRead, revokeWrite } from "@kluis/azure";
import { type AzureResourceRow, listLivingResources, markResourceRemoved } from "@kluis/db";
import { isKluisError } from "@kluis/domain";
import type { EngineDeps } from "../deps.ts";

/** Rows that one sweep asks Azure about, each with one request. Others wait for the next ones. */
const ASKED_MOST = 100;

interface Sweep {
  readonly deps: EngineDeps;
  readonly before: Date;
  readonly signal: AbortSignal;
  /** Called for each resource that could not be settled; the others continue. */
  readonly failed: (error: unknown) => void;
}

/** Revokes grants of ended jobs. Normally there are none, because a job revokes its own grants. */
export async function sweepGrants(sweep: Sweep): Promise<void> {
  const { deps, signal } = sweep;
  const rows = await listLivingResources(deps.db.prisma, ["grant"]);
  await settle(sweep, rows.filter(isLeft(sweep.before)), async ({ resourceId: id, jobId }) => {
    if (id.includes("/diskrestorepoints/")) await revokeRead(deps.azure, id, { signal });
    else await revokeWrite(deps.azure, { diskId: id, jobId }, { signal });
    return true;
  });
}

/** Forgets resources that an ended job planned and Azure does not have. One that it has is in the sweeper's list of owned ones. */
export async function sweepPlanned(sweep: Sweep): Promise<void> {
  const { deps, signal } = sweep;
  const rows = await listLivingResources(deps.db.prisma, ["restore-point", "disk"]);
  const planned = rows.filter(({ state }) => state === "planned").filter(isLeft(sweep.before));
  await settle(sweep, planned, async ({ kind, resourceId }) => {
    const isThere =
      kind === "disk"
        ? await hasDisk(deps.azure, resourceId, { signal })
        : await hasRestorePoint(deps.azure, resourceId, { signal });
    return !isThere;
  });
}

function isLeft(before: Date) {
  return ({ jobOpen, createdAt }: { readonly jobOpen: boolean; readonly createdAt: Date }): boolean =>
    !jobOpen && createdAt <= before;
}

/** Marks each row as removed for which `work` returns true. */
async function settle(
  { deps, signal, failed }: Sweep,
  rows: readonly AzureResourceRow[],
  work: (row: AzureResourceRow) => Promise<boolean>,
): Promise<void> {
  for (const row of rows.slice(0, ASKED_MOST)) {
    const { kind, resourceId } = row;
    try {
      if (!(await work(row))) continue;
      await markResourceRemoved(deps.db.prisma, { kind, resourceId, at: deps.clock.now() });
    } catch (error) {
      signal.throwIfAborted();
      deps.log.warn({ error, kind, resourceId }, "sweeper: row not settled; the others continue");
      // Grants expire, and no connection can say more about a subscription that none reads.
      if (!isKluisError(error, "CONNECTION_UNUSABLE") || error.reason !== "none") failed(error);
    }
  }
}
