/** Applies retention: prunes the points that no tier keeps, purges what was removed long enough ago, and resumes deletions. */
import {
  appendEvents,
  createJob,
  type DueProtection,
  type DuePurge,
  databaseNow,
  inTransaction,
  isStranded,
  listDuePurges,
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
import { purgePoint } from "./removals.ts";

type Deps = Pick<EngineDeps, "db" | "clock" | "log">;

/** Items that one page reads. One transaction judges its protections; when it fails, each has its own. */
const PAGE = 100;
/** Where judging begins: the pages before it have the deletions to resume. */
const JUDGING = "judge";
const STRANDED = "stranded ";
/** Then come the points to purge. */
const PURGING = "purge ";
const FIRST_PURGE = PURGING.trim();

export interface RetentionResult {
  /** Points that were removed, or whose deletion was started. */
  readonly pruned: number;
  /** Deletions that were started again, because their job had ended too early. */
  readonly resumed: number;
  /** Purges that were started: the points can no longer be brought back. */
  readonly purged: number;
  readonly again: Again | null;
}

type Item =
  | { readonly kind: "stranded"; readonly stranded: StrandedDeletion }
  | { readonly kind: "purge"; readonly purge: DuePurge }
  | { readonly kind: "due"; readonly due: DueProtection };

/**
 * Resumes deletions, and prunes the points of active protections that are due: a point or the policy has changed, or a point
 * leaves a tier by now. Stopped protections keep their points, and so do those whose policy cannot be read.
 */
export async function applyRetention(deps: Deps, signal: AbortSignal): Promise<RetentionResult> {
  const counts = { pruned: 0, resumed: 0, purged: 0 };
  const now = await databaseNow(deps.db.prisma);
  const again = await runWork(deps, retentionWork(deps, now, counts), signal);
  if (counts.pruned > 0) deps.log.info(counts, "retention: pruning points");
  return { ...counts, again };
}

function retentionWork(
  deps: Deps,
  now: Date,
  counts: { pruned: number; resumed: number; purged: number },
): RecurringWork<Item> {
  const { prisma } = deps.db;
  return {
    name: "retention",
    async page(cursor) {
      if (cursor === null || cursor.startsWith(STRANDED)) {
        const after = cursor?.slice(STRANDED.length) ?? null;
        const found = await listStrandedDeletions(prisma, { after, limit: PAGE });
        const last = found.length < PAGE ? undefined : found.at(-1);
        const next = last === undefined ? FIRST_PURGE : `${STRANDED}${last.pointId}`;
        return { items: found.map((stranded) => ({ kind: "stranded", stranded })), next };
      }
      if (cursor === FIRST_PURGE || cursor.startsWith(PURGING)) {
        const after = cursor === FIRST_PURGE ? null : cursor.slice(PURGING.length);
        const found = await listDuePurges(prisma, { after, limit: PAGE });
        const last = found.length < PAGE ? undefined : found.at(-1);
        const next = last === undefined ? JUDGING : `${PURGING}${last.pointId}`;
        return { items: found.map((purge) => ({ kind: "purge", purge })), next };
      }
      const after = cursor === JUDGING ? null : placeOf(cursor);
      const due = await listDueRetentions(prisma, { now, after, limit: PAGE });
      const next = due.length < PAGE ? null : cursorAfter(due.at(-1));
      return { items: due.map((one) => ({ kind: "due", due: one })), next };
    },
    nameOf: (item) => `VM ${vmNameOf(item)}`,
    async together(items) {
      const due = items.flatMap((item) => (item.kind === "due" ? [item.due] : []));
      if (due.length === 0) return items;
      const { pruned, left } = await judgePage(deps, due, { now, wait: false });
      counts.pruned += pruned;
      const ids = new Set(left.map(({ id }) => id));
      return items.filter((item) => item.kind !== "due" || ids.has(item.due.id));
    },
    async work(item) {
      if (item.kind === "due") counts.pruned += await judgeVm(deps, item.due, now);
      else if (item.kind === "purge") counts.purged += await purgePoint(deps, item.purge);
      else counts.resumed += await resumeDeletion(deps, item.stranded);
    },
  };
}

function vmNameOf(item: Item): string {
  if (item.kind === "due") return item.due.vmName;
  return item.kind === "purge" ? item.purge.vmName : item.stranded.vmName;
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
