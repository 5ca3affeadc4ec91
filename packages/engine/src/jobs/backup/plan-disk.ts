/**
 * Plans one disk: chooses how to find its changes, then stores the plan part by part with its position. A planning that was
 * killed, timed out or handed over continues from there.
 */
import {
  addPlanSlice,
  addWarning,
  beginPlan,
  finishPlan,
  type PlanList,
  type PlanSlice,
  readDiskTrust,
  readPlan,
  type Tx,
  type WorkDisk,
} from "@kluis/db";
import {
  decideTrust,
  defaultTrustRule,
  errorInfo,
  findingOf,
  isKluisError,
  type KluisError,
  type Notice,
  notice,
  noticeText,
  type StoredNotice,
} from "@kluis/domain";
import type { NodeRef } from "@kluis/vault";
import { azureMessageOf } from "../../job/azure-message.ts";
import { noteDamage } from "../../job/known-damage.ts";
import { resumeTransfer } from "../../job/parking.ts";
import { inJob } from "../../job/record.ts";
import { requirePolicy, requireVm } from "../../job/require.ts";
import type { StepContext } from "../../job/step.ts";
import { chooseDelta, compareOrFull, type ListChoice, trustDelta } from "./delta.ts";
import { affectedSegments, type ListWork, plannedParts } from "./lists.ts";
import type { BackupMemory } from "./memory.ts";
import { snapshotOf } from "./snapshot-requests.ts";

type Context = StepContext<BackupMemory>;

/** When a run of the step stops planning; the next run continues. */
export interface PlanBudget {
  /** Parts of each disk. */
  readonly parts: number;
  /** Epoch milliseconds. */
  readonly untilMs: number;
}

/** Plans a disk as far as the budget allows. Does nothing when the disk is planned. */
export async function planDisk(context: Context, disk: WorkDisk, budget: PlanBudget): Promise<void> {
  const { memory, deps } = context;
  if (disk.deltaMethod !== null) return;
  const snapshot = snapshotOf(memory, { key: disk.diskKey, name: disk.name });
  const choice = await chooseList(context, disk);
  try {
    await planOn(context, { disk, snapshot, choice }, budget);
  } catch (error) {
    // Another engine may have revoked the grants, so the next try must request them again.
    if (isKluisError(error, "AZURE_SAS_EXPIRED"))
      for (const one of [snapshot, choice.baseSnapshot]) deps.grants.forget(one?.id ?? "");
    if (choice.baseSnapshot === null || !isKluisError(error, "DELTA_BASE_INVALID")) throw error;
    await withoutList(context, { disk, choice }, error);
    // The disk is planned from its written ranges now.
    const second = { ...choice, ...compareOrFull({ root: choice.base }, null), list: "allocated" } as const;
    await planOn(context, { disk, snapshot, choice: second }, budget);
  }
}

/** The list that an earlier run began with, or a new choice. */
async function chooseList(context: Context, disk: WorkDisk): Promise<ListChoice> {
  const { memory, deps, job } = context;
  const { prisma } = deps.db;
  const snapshot = snapshotOf(memory, { key: disk.diskKey, name: disk.name });
  const base = memory.base?.disks.find(({ key }) => key === disk.diskKey) ?? null;
  const first = chooseDelta({ uniqueId: disk.diskUniqueId, bytes: disk.diskBytes, snapshot, base });
  const { list: begun } = await readPlan(prisma, disk.id);
  if (await isBaseLost(context, { disk, base: first.base })) return withoutBase(context, { disk, begun });
  if (begun === "changed" && first.method === "changed-ranges") return trustDelta(first, "use");
  if (begun === "confirmed" && first.method === "changed-ranges") return trustDelta(first, "confirm");
  if (begun === "allocated") {
    return first.method === "changed-ranges"
      ? { list: "allocated", ...compareOrFull({ root: first.base }, null) }
      : trustDelta(first, "use");
  }
  const key = { vmId: requireVm(job).id, diskUniqueId: disk.diskUniqueId };
  const rule = requirePolicy(job).document.trust ?? defaultTrustRule;
  const choice = trustDelta(first, decideTrust(await readDiskTrust(prisma, key), rule));
  const { list, notice: why } = choice;
  const isBegun = await inJob(context, (tx) => beginPlan(tx, disk.id, { list, notice: why, instead: null }));
  // Another process began at the same moment, perhaps from another list.
  return isBegun ? choice : chooseList(context, disk);
}

/** Whether the nodes above the base's segments cannot be read: then nothing of it can be compared. Other damage costs windows only. */
async function isBaseLost(
  context: Context,
  of: { readonly disk: WorkDisk; readonly base: NodeRef | null },
): Promise<boolean> {
  try {
    await affectedSegments(context, of);
    return false;
  } catch (error) {
    if (findingOf(error) === null) throw error;
    await noteDamage(context, error);
    return true;
  }
}

/** Begins a full backup of the disk instead: the point does not depend on the damaged base. */
async function withoutBase(
  context: Context,
  { disk, begun }: { readonly disk: WorkDisk; readonly begun: PlanList | null },
): Promise<ListChoice> {
  const why = notice("delta-base-damaged", {});
  const choice = { list: "allocated", ...compareOrFull({ root: null }, why) } as const;
  if (begun === "allocated") return choice;
  const plan = { list: choice.list, notice: why, instead: begun };
  const isBegun = await inJob(context, (tx) => beginPlan(tx, disk.id, plan));
  return isBegun ? choice : chooseList(context, disk);
}

/** Begins again without a list of changes, which Azure refuses, and warns. */
async function withoutList(
  context: Context,
  { disk, choice }: Pick<ListWork, "disk" | "choice">,
  error: KluisError,
): Promise<void> {
  const why: Notice = notice("delta-ranges-refused", { azureMessage: azureMessageOf(error) });
  const info = errorInfo(error);
  const warning = {
    ...info,
    message: `${disk.name}: ${noticeText(why)}`,
    params: { ...info.params, disk: disk.name },
  };
  await inJob(context, async (tx) => {
    const again = { list: "allocated", notice: why, instead: choice.list } as const;
    if (await beginPlan(tx, disk.id, again)) await addWarning(tx, context.job.id, warning);
  });
}

async function planOn(context: Context, work: ListWork, { parts, untilMs }: PlanBudget): Promise<void> {
  const { disk, choice } = work;
  const { list, method, base } = choice;
  const { to: start } = await readPlan(context.deps.db.prisma, disk.id);
  let [left, reached] = [parts, start];
  if (start < disk.diskBytes) {
    for await (const part of plannedParts(context, work, start)) {
      const isNext = await inJob(context, (tx) => storePart(tx, context, { disk, part: { list, ...part } }));
      // Another process plans this disk: it continues.
      if (!isNext) return;
      reached = part.to;
      left -= 1;
      if (left <= 0 || context.deps.clock.now().getTime() >= untilMs) break;
    }
  }
  if (reached < disk.diskBytes) return;
  const plan = { list, method, baseNode: base, diskBytes: disk.diskBytes };
  await inJob(context, (tx) => finishPlan(tx, disk.id, plan));
}

/** A stored part is progress: an outage that had parked the transfer is over. */
async function storePart(
  tx: Tx,
  { deps, job }: Context,
  { disk, part }: { readonly disk: WorkDisk; readonly part: PlanSlice },
): Promise<boolean> {
  const isNext = await addPlanSlice(tx, disk.id, part);
  if (isNext) await resumeTransfer(tx, deps, job.id);
  return isNext;
}

/** What the timeline says about a planned disk. */
export function planned({ name, deltaMethod, deltaReason, deltaNotice, plannedBytes }: WorkDisk): {
  readonly disk: string;
  readonly delta: WorkDisk["deltaMethod"];
  readonly reason: string | null;
  readonly notice: StoredNotice | null;
  readonly plannedBytes: number;
} {
  return { disk: name, delta: deltaMethod, reason: deltaReason, notice: deltaNotice, plannedBytes };
}
