/** Gives parts of disks to the engines: the queue holds few of them, in the order of domain's transfer-order.ts. */
import {
  countHeldByVm,
  countSlots,
  databaseNow,
  type HeldParts,
  inTransaction,
  listRateSamples,
  listTransferWindows,
  listWaitingTransfers,
  raiseAgedTask,
  readTurn,
  takeTurns,
  takeWaitingSegments,
} from "@kluis/db";
import {
  claimOf,
  HeldSlots,
  handOut,
  RATE_SAMPLES,
  type SegmentTaskName,
  SLOTS_AHEAD,
  segmentTask,
  TransferRates,
  WindowTimes,
} from "@kluis/domain";
import type { EngineDeps } from "../deps.ts";
import { addTask } from "../runtime/queue.ts";

type Deps = Pick<EngineDeps, "db" | "clock" | "log">;

/** Fills the queue once. Safe to run at any time, also twice at once: a part that waits is given once. */
export async function dispatchTransfers(deps: Deps): Promise<number> {
  const { prisma } = deps.db;
  await raiseAgedTask(prisma);
  const [held, engineSlots] = await Promise.all([countHeldByVm(prisma), countSlots(prisma)]);
  const slots = Math.max(1, engineSlots) * SLOTS_AHEAD;
  const ahead = slots - Math.max(1, engineSlots);
  const free = slots - held.reduce((sum, one) => sum + one.held, 0);
  if (free <= 0) return 0;
  const now = await databaseNow(prisma);
  const windows = new WindowTimes(now);
  const bound = await listTransferWindows(prisma);
  const closed = bound.filter((zoned) => !windows.isOpen(zoned)).map(({ versionId }) => versionId);
  const waiting = await listWaitingTransfers(prisma, closed);
  if (waiting.length === 0) return 0;
  const rates = new TransferRates(await listRateSamples(prisma, RATE_SAMPLES));
  const claims = waiting.map((one) => claimOf(one, { now, rates, windows }));
  const slotsNow = { slots, free, ahead, held: heldSlots(held) };
  const state = { now: now.getTime(), ...slotsNow, ...(await readTurn(prisma)) };
  const classes = new Map(waiting.map((one) => [one.jobId, one.class]));
  let total = 0;
  for (const { jobId, parts } of handOut(claims, state)) {
    const name = segmentTask[classes.get(jobId) ?? "backup"];
    total += await give(deps, name, { jobId, parts, now });
  }
  return total;
}

async function give(
  deps: Pick<EngineDeps, "db" | "clock">,
  name: SegmentTaskName,
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

function heldSlots(held: readonly HeldParts[]): HeldSlots {
  const slots = new HeldSlots();
  for (const one of held) slots.add(one, one.held);
  return slots;
}

/** Makes the dispatcher run soon. Many calls at the same time run it once. */
export async function wakeDispatcher(
  tx: Parameters<typeof addTask>[0],
  deps: Pick<EngineDeps, "clock">,
): Promise<void> {
  await addTask(tx, { name: "transfer.dispatch", payload: {}, runAt: deps.clock.now() });
}
