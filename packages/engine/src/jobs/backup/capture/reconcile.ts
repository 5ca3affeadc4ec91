/**
 * Compares the disks that a job chose with those that Azure captured. A VM can change between the last look at it and its
 * snapshot: a swapped disk gets its own identity, an added one is backed up or named, a detached one is named.
 */
import { type DiskFinding, getVm, inspectDisks, type RestorePointFacts } from "@kluis/azure";
import { type DiskKey, diskKeyOf, KluisError, type Notice, notice, noticeText } from "@kluis/domain";
import type { StepContext } from "../../../job/step.ts";
import { type ChosenDisks, chooseDisks } from "../choose-disks.ts";
import { type BackupMemory, recall } from "../memory.ts";
import { requireVm } from "../require.ts";
import { findBase } from "./base.ts";
import { judgeFor } from "./observe.ts";

type Context = StepContext<BackupMemory>;
type CapturedDisk = RestorePointFacts["disks"][number];

export interface Reconciled {
  readonly chosen: ChosenDisks;
  readonly memory: Pick<BackupMemory, "disks" | "excluded" | "base">;
  readonly changes: readonly DiskChange[];
}

/** How a disk differs from the one that was chosen. */
export interface DiskChange {
  readonly key: DiskKey;
  readonly change: "swapped" | "added" | "detached";
}

/** Azure sends no unique id for some old snapshots: then the disk in the slot counts as the one that was chosen. */
const isSame = (captured: CapturedDisk, uniqueId: string): boolean =>
  captured.sourceUniqueId === "" || captured.sourceUniqueId.toLowerCase() === uniqueId.toLowerCase();

/** What differs between the chosen disks and the captured ones. Pure. */
export function compareDisks(
  chosen: readonly { readonly key: DiskKey; readonly uniqueId: string }[],
  captured: readonly CapturedDisk[],
): DiskChange[] {
  const changes: DiskChange[] = [];
  const known = new Map(chosen.map((disk) => [disk.key, disk]));
  for (const disk of captured) {
    const key = diskKeyOf(disk.slot);
    const expected = known.get(key);
    if (expected === undefined) changes.push({ key, change: "added" });
    else if (!isSame(disk, expected.uniqueId)) changes.push({ key, change: "swapped" });
    known.delete(key);
  }
  return [...changes, ...[...known.keys()].map((key) => ({ key, change: "detached" }) as const)];
}

/** @returns null when Azure captured exactly the chosen disks */
export async function reconcile(context: Context, facts: RestorePointFacts): Promise<Reconciled | null> {
  const { deps, job, memory, signal } = context;
  const before = recall(memory, "disks");
  const changes = compareDisks(before, facts.disks);
  if (changes.length === 0) return null;
  const vm = await getVm(deps.azure, requireVm(job).resourceId, { signal });
  if (vm === null) {
    throw new KluisError("VM_NOT_FOUND", {
      reason: "gone",
      message: `VM ${requireVm(job).name} no longer exists in Azure.`,
      params: { vm: requireVm(job).name },
    });
  }
  const findings = await inspectDisks(deps.azure, { diskRefs: facts.disks.map(refOf) }, { signal });
  const own = findings.map((finding, at) => asCaptured(finding, facts.disks[at]));
  const { request } = recall(memory, "consistency");
  const chosen = await chooseDisks(context, own, judgeFor(vm, own, request));
  const named = new Set<DiskKey>(facts.disks.map(({ slot }) => diskKeyOf(slot)));
  chosen.excluded.push(
    ...recall(memory, "excluded").filter(({ key }) => !named.has(key)),
    ...before.flatMap(({ key, name, resourceId }) =>
      named.has(key) ? [] : [leftOut({ key, name, resourceId }, notice("disk-detached", {}))],
    ),
  );
  const { disks, excluded } = chosen;
  return { chosen, changes, memory: { disks, excluded, base: await findBase(context, disks) } };
}

type LeftOut = NonNullable<BackupMemory["excluded"]>[number];

function leftOut(disk: Pick<LeftOut, "key" | "name" | "resourceId">, why: Notice): LeftOut {
  return { ...disk, reason: noticeText(why), notice: why };
}

function refOf({ slot, sourceDiskId }: CapturedDisk): DiskFinding["ref"] {
  const name = sourceDiskId.slice(sourceDiskId.lastIndexOf("/") + 1);
  return { slot, name, diskId: sourceDiskId, ephemeral: false, writeAccelerated: false, caching: null };
}

/** A disk of the same name that is not the captured one says nothing about it. */
function asCaptured(finding: DiskFinding, captured: CapturedDisk | undefined): DiskFinding {
  const { facts } = finding;
  if (facts === null || captured === undefined || isSame(captured, facts.uniqueId)) return finding;
  return { ...finding, facts: null };
}
