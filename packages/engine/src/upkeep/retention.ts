/** Applies retention: prunes the points that no tier keeps, and resumes deletions. */
import {
  appendEvents,
  createJob,
  type DueProtection,
  databaseNow,
  inTransaction,
  isStranded,
  listDueRetentions,
  listStrandedDeletions,
  type StrandedDeletion,
  teamsOfVm,
} from "@kluis/db";
import { engineActor, type LedgerTarget } from "@kluis/domain";
import type { EngineDeps } from "../deps.ts";
import { cursorAfter, placeOf } from "../runtime/due-cursor.ts";
import { type RecurringWork, runWork } from "../runtime/recurring-work.ts";
import type { Again } from "../runtime/tasks.ts";
import { judgePage } from "./judge.ts";

type Deps = Pick<EngineDeps, "db" | "clock" | "log">;

/** Items that one page reads. One transaction judges its protections; when it fails, each has its own. */
const PAGE = 100;
/** Where judging begins: the pages before it have the deletions to resume. */
const JUDGING = "judge";
const STRANDED = "stranded ";

export interface RetentionResult {
  /** Deletions that were started. */
  readonly pruned: number;
  /** Deletions that were started again, because their job had ended too early. */
  readonly resumed: number;
  readonly again: Again | null;
}

type Item =
  | { readonly kind: "stranded"; readonly stranded: StrandedDeletion }
  | { readonly kind: "due"; readonly due: DueProtection };

/**
 * Resumes deletions, and prunes the points of active protections that are due: a point or the policy has changed, or a point
 * leaves a tier by now. Stopped protections keep their points, and so do those whose policy cannot be read.
 */
export async function applyRetention(deps: Deps, signal: AbortSignal): Promise<RetentionResult> {
  const counts = { pruned: 0, resumed: 0 };
  const now = await databaseNow(deps.db.prisma);
  const again = await runWork(deps, retentionWork(deps, now, counts), signal);
  if (counts.pruned > 0) deps.log.info(counts, "retention: pruning points");
  return { ...counts, again };
}

function retentionWork(
  deps: Deps,
  now: Date,
  counts: { pruned: number; resumed: number },
): RecurringWork<Item> {
  const { prisma } = deps.db;
  return {
    name: "retention",
    async page(cursor) {
      if (cursor === null || cursor.startsWith(STRANDED)) {
        const after = cursor?.slice(STRANDED.length) ?? null;
        const found = await listStrandedDeletions(prisma, { after, limit: PAGE });
        const last = found.length < PAGE ? undefined : found.at(-1);
        const next = last === undefined ? JUDGING : `${STRANDED}${last.pointId}`;
        return { items: found.map((stranded) => ({ kind: "stranded", stranded })), next };
      }
      const after = cursor === JUDGING ? null : placeOf(cursor);
      const due = await listDueRetentions(prisma, { now, after, limit: PAGE });
      const next = due.length < PAGE ? null : cursorAfter(due.at(-1));
      return { items: due.map((one) => ({ kind: "due", due: one })), next };
    },
    nameOf: (item) => `VM ${item.kind === "due" ? item.due.vmName : item.stranded.vmName}`,
    async together(items) {
      const due = items.flatMap((item) => (item.kind === "due" ? [item.due] : []));
      if (due.length === 0) return items;
      const { pruned, left } = await judgePage(deps, due, { now, wait: false });
      counts.pruned += pruned;
      const ids = new Set(left.map(({ id }) => id));
      return items.filter((item) => item.kind === "stranded" || ids.has(item.due.id));
    },
    async work(item) {
      if (item.kind === "due") counts.pruned += await judgeVm(deps, item.due, now);
      else counts.resumed += await resumeDeletion(deps, item.stranded);
    },
  };
}

/**
 * Resumes a deletion whose job ended before the point was deleted, in the name of the original actor. Such a point cannot become
 * available again, because its manifest may be missing.
 * @returns the number of started deletions
 */
function resumeDeletion(deps: Deps, { pointId, vmId, vmName, request }: StrandedDeletion): Promise<number> {
  return inTransaction(deps.db, async (tx) => {
    if (!(await isStranded(tx, pointId))) return 0;
    const job = { kind: "delete-point", vmId, pointId, trigger: "schedule" } as const;
    const { actor, parameters } = request ?? { actor: engineActor, parameters: { reason: "retention" } };
    const jobId = await createJob(tx, { ...job, actor, parameters }, deps.clock);
    const target: LedgerTarget = { type: "job", id: jobId, name: `delete-point of ${vmName}` };
    const data = { pointId, reason: "An earlier deletion of the recovery point did not finish." };
    const teamIds = await teamsOfVm(tx, vmId);
    await appendEvents(tx, deps.clock, [
      { kind: "job.created", actor: engineActor, target, vmId, teamIds, data },
    ]);
    deps.log.warn({ pointId, jobId }, "retention: resumed a deletion");
    return 1;
  });
}

/** @throws KluisError INTERNAL when the policy cannot be read */
async function judgeVm(deps: Deps, due: DueProtection, now: Date): Promise<number> {
  due.version();
  return (await judgePage(deps, [due], { now, wait: true })).pruned;
}
