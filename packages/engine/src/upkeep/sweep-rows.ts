/** The sweeper's work on rows whose job has ended: grants that are still open, and resources that were planned but never made. */
import { hasDisk, hasRestorePoint, revokeRead, revokeWrite } from "@kluis/azure";
import { type AzureResourceRow, listLivingResources, markResourceRemoved } from "@kluis/db";
import { isKluisError } from "@kluis/domain";
import type { EngineDeps } from "../deps.ts";

/** Rows that one sweep asks Azure about, each with one request. Others wait for the next ones. */
const ASKED_MOST = 100;

type Failed = (error: unknown, resourceId: string) => void;

interface Sweep {
  readonly before: Date;
  readonly signal: AbortSignal;
  /** Called for each resource that could not be settled; the others continue. */
  readonly failed: Failed;
}

/** Revokes grants of ended jobs. Normally there are none, because a job revokes its own grants. */
export async function sweepGrants(deps: EngineDeps, sweep: Sweep): Promise<void> {
  const rows = await listLivingResources(deps.db.prisma, ["grant"]);
  await settle(deps, rows.filter(isLeft(sweep.before)), sweep, async ({ resourceId: id, jobId }, signal) => {
    if (id.includes("/diskrestorepoints/")) await revokeRead(deps.azure, id, { signal });
    else await revokeWrite(deps.azure, { diskId: id, jobId }, { signal });
    return true;
  });
}

/** Forgets resources that an ended job planned and Azure does not have. One that it has is in the sweeper's list of owned ones. */
export async function sweepPlanned(deps: EngineDeps, sweep: Sweep): Promise<void> {
  const rows = await listLivingResources(deps.db.prisma, ["restore-point", "disk"]);
  const planned = rows.filter(({ state }) => state === "planned").filter(isLeft(sweep.before));
  await settle(deps, planned, sweep, async ({ kind, resourceId }, signal) => {
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
  deps: EngineDeps,
  rows: readonly AzureResourceRow[],
  { signal, failed }: Sweep,
  work: (row: AzureResourceRow, signal: AbortSignal) => Promise<boolean>,
): Promise<void> {
  for (const row of rows.slice(0, ASKED_MOST)) {
    const { kind, resourceId } = row;
    try {
      if (!(await work(row, signal))) continue;
      await markResourceRemoved(deps.db.prisma, { kind, resourceId, at: deps.clock.now() });
    } catch (error) {
      signal.throwIfAborted();
      deps.log.warn({ error, kind, resourceId }, "sweeper: row not settled; the others continue");
      // Grants end by themselves, and no connection can say more about a subscription that none reads.
      if (!isKluisError(error, "CONNECTION_UNUSABLE") || error.reason !== "none") failed(error, resourceId);
    }
  }
}
