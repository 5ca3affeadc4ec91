/** Decides which snapshots are no longer kept for instant restore. The reconciler removes them. */
import {
  databaseNow,
  type ExpiredSnapshot,
  inTransaction,
  listExpiredSnapshots,
  wantKeptRemoved,
} from "@kluis/db";
import { storedPolicyDocumentSchema } from "@kluis/domain";
import type { EngineDeps } from "../deps.ts";
import { type RecurringWork, runWork } from "../runtime/recurring-work.ts";
import type { Again } from "../runtime/tasks.ts";

type Deps = Pick<EngineDeps, "db" | "clock" | "log">;

/** Snapshots that one page reads. */
const PAGE = 200;

export interface KeptResult {
  /** Snapshots that are no longer kept. */
  readonly ended: number;
  readonly again: Again | null;
}

/**
 * Ends the keeping of expired snapshots. The newest one of a VM stays while its policy keeps snapshots, because the next backup
 * lists its changes against it. Those of VMs with an open backup stay too: it may use them as a base.
 */
export async function endKeptSnapshots(deps: Deps, signal: AbortSignal): Promise<KeptResult> {
  const counts = { ended: 0 };
  const now = await databaseNow(deps.db.prisma);
  const again = await runWork(deps, keeping(deps, now, counts), signal);
  return { ...counts, again };
}

function keeping(deps: Deps, now: Date, counts: { ended: number }): RecurringWork<ExpiredSnapshot> {
  return {
    name: "kept-snapshots",
    async page(after) {
      const items = await listExpiredSnapshots(deps.db.prisma, { now, after, limit: PAGE });
      return { items, next: items.length < PAGE ? null : (items.at(-1)?.id ?? null) };
    },
    nameOf: ({ vmName }) => `VM ${vmName}`,
    async work(snapshot) {
      if (snapshot.isNewest && keepsSnapshots(snapshot)) return;
      counts.ended += await inTransaction(deps.db, (tx) => wantKeptRemoved(tx, [snapshot.id], now));
    },
  };
}

/** A policy that cannot be read may keep snapshots. */
function keepsSnapshots({ document }: ExpiredSnapshot): boolean {
  if (document === null) return false;
  const parsed = storedPolicyDocumentSchema.safeParse(document);
  return !parsed.success || parsed.data.instantRestoreDays > 0;
}
