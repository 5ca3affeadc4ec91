/**
 * Compares the disks that a job chose with those that Azure captured. A VM can change between the last look at it and its
 * snapshot: a swapped disk gets its own identity, a resized one its captured size, an added one is backed up or named, a detached
 * one is named.
 */
import { type DiskFinding, getVm, inspectDisks } from "@kluis/azure";
import { type DiskKey, diskKeyOf, type Notice, notice, noticeText } from "@kluis/domain";
import { recall } from "../../../job/recall.ts";
import { requireVm } from "../../../job/require.ts";
import type { SnapshotDisk, SnapshotSource } from "../../../job/snapshot-source.ts";
import type { StepContext } from "../../../job/step.ts";
import { type ChosenDisks, chooseDisks } from "../choose-disks.ts";
import type { BackupMemory, MemoryDisk } from "../memory.ts";
import { findBase } from "./base.ts";
import { capturedBytes, withBytes } from "./captured-size.ts";
import { goneFromAzure } from "./gone.ts";
import { judgeFor } from "./rungs.ts";
import { isSameDisk } from "./same-disk.ts";

type Context = StepContext<BackupMemory>;

export interface MatchedDisks {
  readonly chosen: ChosenDisks;
  readonly memory: Pick<BackupMemory, "disks" | "excluded" | "base">;
  readonly changes: readonly DiskChange[];
}

/** How a disk differs from the one that was chosen. */
export interface DiskChange {
  readonly key: DiskKey;
  readonly change: "swapped" | "added" | "detached" | "resized";
}

/** What differs between the chosen disks and the captured ones. Pure. */
export function compareDisks(
  chosen: readonly Pick<MemoryDisk, "key" | "uniqueId" | "bytes">[],
  captured: readonly SnapshotDisk[],
): DiskChange[] {
  const changes: DiskChange[] = [];
  const known = new Map(chosen.map((disk) => [disk.key, disk]));
  for (const disk of captured) {
    const key = diskKeyOf(disk.slot);
    const expected = known.get(key);
    if (expected === undefined) changes.push({ key, change: "added" });
    else if (!isSameDisk(disk.sourceUniqueId, expected.uniqueId)) changes.push({ key, change: "swapped" });
    else if (capturedBytes(disk, expected.bytes) !== expected.bytes) changes.push({ key, change: "resized" });
    known.delete(key);
  }
  return [...changes, ...[...known.keys()].map((key) => ({ key, change: "detached" }) as const)];
}

/** @returns null when Azure captured exactly the chosen disks */
export async function matchCaptured(context: Context, facts: SnapshotSource): Promise<MatchedDisks | null> {
  const { deps, job, memory, signal } = context;
  const before = recall(memory, "disks");
  const changes = compareDisks(before, facts.disks);
  if (changes.length === 0) return null;
  const vm = await getVm(deps.azure, requireVm(job).resourceId, { signal });
  if (vm === null) throw goneFromAzure(requireVm(job));
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
  // The disk may have grown once more: its snapshot decides.
  const sizes = new Map(facts.disks.map((disk) => [diskKeyOf(disk.slot), disk]));
  const disks = chosen.disks.map((disk) => {
    const captured = sizes.get(disk.key);
    return captured === undefined ? disk : withBytes(disk, capturedBytes(captured, disk.bytes));
  });
  const { excluded } = chosen;
  const base = await findBase(context, disks);
  return { chosen: { ...chosen, disks }, changes, memory: { disks, excluded, base } };
}

type LeftOut = NonNullable<BackupMemory["excluded"]>[number];

function leftOut(disk: Pick<LeftOut, "key" | "name" | "resourceId">, why: Notice): LeftOut {
  return { ...disk, reason: noticeText(why), notice: why };
}

function refOf({ slot, sourceDiskId }: SnapshotDisk): DiskFinding["ref"] {
  const name = sourceDiskId.slice(sourceDiskId.lastIndexOf("/") + 1);
  return { slot, name, diskId: sourceDiskId, ephemeral: false, writeAccelerated: false, caching: null };
}

/** A disk of the same name that is not the captured one says nothing about it. */
function asCaptured(finding: DiskFinding, captured: SnapshotDisk | undefined): DiskFinding {
  const { facts } = finding;
  if (facts === null || captured === undefined || isSameDisk(captured.sourceUniqueId, facts.uniqueId))
    return finding;
  return { ...finding, facts: null };
}
