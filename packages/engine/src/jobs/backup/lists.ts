/** The lists of Azure that a disk's plan is made from, part by part: written ranges, changed ranges, or both. */
import { type PageRangesDiffInput, pageRangeSlices, pageRangesDiffSlices } from "@kluis/azure";
import type { NewPlannedSegment, WorkDisk } from "@kluis/db";
import { isKluisError, KluisError } from "@kluis/domain";
import { BLOCK_BYTES, type NodeRef, SEGMENT_BYTES } from "@kluis/vault";
import { damageOf } from "../../job/known-damage.ts";
import { type ListedPart, type PlannedPart, planParts } from "../../job/segments.ts";
import type { SnapshotDisk } from "../../job/snapshot-source.ts";
import type { StepContext } from "../../job/step.ts";
import { vaultIdOf, vaultOf } from "../../job/vault-of.ts";
import type { ListChoice } from "./delta.ts";
import type { BackupMemory } from "./memory.ts";

type Context = StepContext<BackupMemory>;

export interface ListWork {
  readonly disk: WorkDisk;
  readonly snapshot: SnapshotDisk;
  readonly choice: ListChoice;
}

/** A part of the plan as it is stored. */
export interface StoredPart {
  readonly from: number;
  readonly to: number;
  readonly segments: readonly NewPlannedSegment[];
  readonly dataBytes: number;
}

/** Plans a disk from an offset on. @throws KluisError DELTA_BASE_INVALID when changes cannot be listed */
export async function* plannedParts(
  context: Context,
  work: ListWork,
  from: number,
): AsyncGenerator<StoredPart> {
  switch (work.choice.list) {
    case "changed":
      yield* withAffected(
        context,
        work,
        stored(planParts(changed(context, work, { from }), optionsOf(work))),
      );
      return;
    case "allocated":
      yield* stored(planParts(allocated(context, work, from), optionsOf(work)));
      return;
    case "confirmed":
      yield* confirmedParts(context, work, from);
      return;
    default:
      work.choice.list satisfies never;
  }
}

/**
 * Segments of the base that hold damaged content are moved too, also where nothing changed: the vault reads what is damaged from the
 * disk.
 */
async function* withAffected(
  context: Context,
  work: ListWork,
  parts: AsyncIterable<StoredPart>,
): AsyncGenerator<StoredPart> {
  const affected = await affectedSegments(context, { disk: work.disk, base: work.choice.base });
  for await (const part of parts) {
    const listed = new Set(part.segments.map(({ segment }) => segment));
    const added = affected.filter(
      (segment) =>
        !listed.has(segment) && segment * SEGMENT_BYTES >= part.from && segment * SEGMENT_BYTES < part.to,
    );
    const segments = [...part.segments, ...added.map((segment) => ({ segment, extents: [] }))];
    yield { ...part, segments };
  }
}

/**
 * Which segments of a disk's base hold damage.
 * @throws KluisError VAULT_DATA_DAMAGED or VAULT_OBJECT_MISSING when the base's map cannot be read at all
 */
export async function affectedSegments(
  { deps, job, signal }: Context,
  { disk, base }: { readonly disk: WorkDisk; readonly base: NodeRef | null },
): Promise<readonly number[]> {
  if (base === null) return [];
  const { vault } = await vaultOf({ deps, job });
  const avoid = await damageOf(deps, vaultIdOf(job));
  return vault.affectedSegments(base, { diskBytes: disk.diskBytes, avoid, signal });
}

function optionsOf({ disk }: ListWork) {
  return { diskBytes: disk.diskBytes, blockBytes: BLOCK_BYTES, segmentBytes: SEGMENT_BYTES };
}

async function* stored(parts: AsyncIterable<PlannedPart>): AsyncGenerator<StoredPart> {
  for await (const { from, to, segments } of parts)
    yield { from, to, segments, dataBytes: bytesOf(segments) };
}

function bytesOf(segments: PlannedPart["segments"]): number {
  return segments.reduce((sum, { dataBytes }) => sum + dataBytes, 0);
}

/**
 * All allocated ranges, with what Azure lists as changed beside them. A segment that is in neither list but in the base is planned
 * as well: it became zero.
 */
async function* confirmedParts(context: Context, work: ListWork, start: number): AsyncGenerator<StoredPart> {
  const options = optionsOf(work);
  const before = await baseSegments(context, work);
  for await (const { from, to, segments } of planParts(allocated(context, work, start), options)) {
    const claims = new Map<number, NewPlannedSegment["extents"]>();
    for await (const part of planParts(changed(context, work, { from, to }), options)) {
      for (const { segment, extents } of part.segments) claims.set(segment, extents);
    }
    const rows = new Map<number, NewPlannedSegment["extents"]>();
    for (const { segment, extents } of segments) rows.set(segment, extents);
    for (const segment of claims.keys()) if (!rows.has(segment)) rows.set(segment, []);
    for (let segment = from / SEGMENT_BYTES; segment * SEGMENT_BYTES < to; segment++) {
      if ((before[segment] ?? null) !== null && !rows.has(segment)) rows.set(segment, []);
    }
    const planned = [...rows].map(([segment, extents]) => ({
      segment,
      extents,
      claimed: claims.get(segment) ?? [],
    }));
    yield { from, to, segments: planned, dataBytes: bytesOf(segments) };
  }
}

async function baseSegments(context: Context, { disk, choice }: ListWork): Promise<(NodeRef | null)[]> {
  const { vault } = await vaultOf(context);
  return vault.segmentNodes(choice.base, disk.diskBytes, context.signal);
}

async function* allocated(
  { deps, signal }: Context,
  { disk, snapshot }: ListWork,
  from: number,
): AsyncGenerator<ListedPart> {
  const { sas } = await deps.grants.get(snapshot.id, signal);
  yield* pageRangeSlices({ sas, diskBytes: disk.diskBytes, signal, from });
}

async function* changed(
  { deps, signal }: Context,
  { disk, snapshot, choice }: ListWork,
  bounds: Pick<PageRangesDiffInput, "from" | "to">,
): AsyncGenerator<ListedPart> {
  const { sas } = await deps.grants.get(snapshot.id, signal);
  const base = await baseSas(deps, choice.baseSnapshot, signal);
  yield* pageRangesDiffSlices({ sas, base, diskBytes: disk.diskBytes, signal, ...bounds });
}

/** @throws KluisError DELTA_BASE_INVALID when the kept snapshot was removed after the access step opened it */
async function baseSas(
  deps: Context["deps"],
  base: SnapshotDisk | null,
  signal: AbortSignal,
): Promise<PageRangesDiffInput["base"]> {
  if (base === null) throw new KluisError("INTERNAL", { message: "There is no snapshot to compare with." });
  try {
    return (await deps.grants.get(base.id, signal)).sas;
  } catch (cause) {
    if (!isKluisError(cause, "AZURE_NOT_FOUND") && !isKluisError(cause, "AZURE_REJECTED")) throw cause;
    throw new KluisError("DELTA_BASE_INVALID", {
      reason: "snapshot-missing",
      message: `The kept snapshot no longer exists. ${cause.message}`,
      params: { ...cause.params, snapshot: base.name },
      cause,
    });
  }
}
