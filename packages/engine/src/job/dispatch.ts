/** Gives parts of disks to the engines: the queue holds few of them, in the order of domain's transfer-order.ts. */
import {
  countHeldByVm,
  countSlots,
  databaseNow,
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
  handOut,
  RATE_SAMPLES,
  type RunningTransfer,
  SLOTS_AHEAD,
  type TaskName,
  TransferRates,
  WindowTimes,
} from "@kluis/domain";
import type { EngineDeps } from "../deps.ts";
import { addTask } from "../runtime/queue.ts";

const segmentTask = {
  restore: "restore.segment",
  backup: "backup.segment",
  verify: "verify.segment",
} as const satisfies Record<RunningTransfer["class"], TaskName>;

type Deps = Pick<EngineDeps, "db" | "clock" | "log">;

/** Fills the queue once. Safe to run at any time, also twice at once: a part that waits is given once. */
export async function dispatchTransfers(deps: Deps): Promise<number> {
  const { prisma } = deps.db;
  await raiseAgedTask(prisma);
  const [held, engineSlots] = await Promise.all([countHeldByVm(prisma), countSlots(prisma)]);
  const slots = Math.max(1, engineSlots) * SLOTS_AHEAD;
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
  const state = { now: now.getTime(), slots, free, held: heldSlots(held), ...(await readTurn(prisma)) };
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
  name: (typeof segmentTask)[RunningTransfer["class"]],
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

function heldSlots(held: Awaited<ReturnType<typeof countHeldByVm>>): {
  readonly teams: ReadonlyMap<string, number>;
  readonly vms: ReadonlyMap<string, number>;
} {
  const teams = new Map<string, number>();
  for (const one of held) teams.set(one.team, (teams.get(one.team) ?? 0) + one.held);
  return { teams, vms: new Map(held.map((one) => [one.vmId, one.held])) };
}

/** Makes the dispatcher run soon. Many calls at the same time run it once. */
export async function wakeDispatcher(
  tx: Parameters<typeof addTask>[0],
  deps: Pick<EngineDeps, "clock">,
): Promise<void> {
  await addTask(tx, { name: "transfer.dispatch", payload: {}, runAt: deps.clock.now() });
}
