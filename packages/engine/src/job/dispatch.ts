/** Gives parts of disks to the engines: the queue holds few of them, in the order of domain's transfer-order.ts. */
import {
  countHeldByVm,
  countSlots,
  databaseNow,
  inTransaction,
  listRateSamples,
  listWaitingTransfers,
  raiseAgedTask,
  readTurn,
  takeTurns,
  takeWaitingSegments,
  type WaitingTransfer,
} from "@kluis/db";
import {
  deadlineForOrder,
  handOut,
  isOverloaded,
  isWindowOpen,
  limits,
  openSpans,
  type TaskName,
  type TransferClaim,
  TransferRates,
} from "@kluis/domain";
import type { EngineDeps } from "../deps.ts";
import { addTask } from "../runtime/queue.ts";

/** Parts in the queue and in work, as a multiple of the engines' slots: no slot waits for the next dispatch. */
const AHEAD = 2;
/** Newest parts whose rates count. */
const SAMPLES = 500;

const segmentTask = { restore: "restore.segment", backup: "backup.segment" } as const satisfies Record<
  WaitingTransfer["class"],
  TaskName
>;

/** Fills the queue once. Safe to run at any time: a part that waits is given once. */
export async function dispatchTransfers(deps: Pick<EngineDeps, "db" | "clock" | "log">): Promise<number> {
  const { prisma } = deps.db;
  await raiseAgedTask(prisma);
  const [waiting, heldByVm, engineSlots] = await Promise.all([
    listWaitingTransfers(prisma),
    countHeldByVm(prisma),
    countSlots(prisma),
  ]);
  if (waiting.length === 0) return 0;
  const slots = Math.max(1, engineSlots) * AHEAD;
  const free = slots - heldByVm.reduce((sum, { held }) => sum + held, 0);
  if (free <= 0) return 0;
  const now = await databaseNow(prisma);
  const rates = new TransferRates(await listRateSamples(prisma, SAMPLES));
  const claims = waiting.map((one) => toClaim(one, now, rates));
  const given = handOut(claims, {
    now: now.getTime(),
    slots,
    free,
    held: heldSlots(waiting, heldByVm),
    turn: await readTurn(prisma),
    isOverloaded: isOverloaded(claims, { now: now.getTime(), slots: engineSlots }),
  });
  const classOf = new Map(waiting.map((one) => [one.jobId, one.class]));
  let total = 0;
  for (const { jobId, parts } of given) {
    const task = segmentTask[classOf.get(jobId) ?? "backup"];
    total += await give(deps, task, { jobId, parts, now });
  }
  return total;
}

async function give(
  deps: Pick<EngineDeps, "db" | "clock">,
  name: (typeof segmentTask)[WaitingTransfer["class"]],
  { jobId, parts, now }: { readonly jobId: string; readonly parts: number; readonly now: Date },
): Promise<number> {
  return inTransaction(deps.db, async (tx) => {
    const taken = await takeWaitingSegments(tx, jobId, { most: parts, at: now });
    for (const { diskKey, segment } of taken)
      await addTask(tx, { name, payload: { jobId, diskKey, segment }, runAt: deps.clock.now() });
    if (taken.length > 0) await takeTurns(tx, taken.length);
    return taken.length;
  });
}

function toClaim(one: WaitingTransfer, now: Date, rates: TransferRates): TransferClaim {
  const { zoned, deadlineAt, leftBytes, servedAt, ...claim } = one;
  const rate = rates.of(one);
  const deadline =
    deadlineAt === null
      ? null
      : deadlineForOrder(
          zoned === null ? null : openSpans(zoned, now, deadlineAt),
          now.getTime(),
          deadlineAt.getTime(),
        );
  return {
    jobId: claim.jobId,
    class: claim.class,
    team: claim.team,
    vmId: claim.vmId,
    waiting: claim.waiting,
    held: claim.held,
    deadlineAt: deadline,
    servedAt: servedAt.getTime(),
    workMs: (leftBytes / rate) * 1_000 + (claim.waiting + claim.held) * limits.segmentOverheadMs,
    isOpen: zoned === null || isWindowOpen(zoned, now),
  };
}

function heldSlots(
  waiting: readonly WaitingTransfer[],
  heldByVm: readonly { readonly vmId: string; readonly held: number }[],
): { readonly teams: ReadonlyMap<string, number>; readonly vms: ReadonlyMap<string, number> } {
  const teams = new Map<string, number>();
  for (const { team, held } of waiting) teams.set(team, (teams.get(team) ?? 0) + held);
  return { teams, vms: new Map(heldByVm.map(({ vmId, held }) => [vmId, held])) };
}

/** Makes the dispatcher run soon. Many calls at the same time run it once. */
export async function wakeDispatcher(
  tx: Parameters<typeof addTask>[0],
  deps: Pick<EngineDeps, "clock">,
): Promise<void> {
  await addTask(tx, { name: "transfer.dispatch", payload: {}, runAt: deps.clock.now() });
}
