/** Compares the manifest with the ledger, and plans the parts of a verification. */
import {
  addSegments,
  clearPlan,
  type ExtentTuple,
  listJobDisks,
  type PointRef,
  recordDamage,
  setDiskPlan,
  setJobDisks,
} from "@kluis/db";
import {
  findingOf,
  KluisError,
  planSample,
  SAMPLE_PERCENT,
  type Sample,
  segmentsOf,
  type VerifyParameters,
  type VerifyPart,
  verifyParametersSchema,
  verifyParts,
} from "@kluis/domain";
import { SEGMENT_BYTES } from "@kluis/vault";
import { recordedManifest } from "../../job/manifest-check.ts";
import { inJob } from "../../job/record.ts";
import type { StepContext, StepResult } from "../../job/step.ts";
import { vaultOf } from "../../job/vault-of.ts";
import { disksInOrder, shapeOf, type VerifyMemory } from "./memory.ts";

type Context = StepContext<VerifyMemory>;

/** Parts that one statement adds. */
const PAGE = 500;

export async function plan(context: Context, point: PointRef): Promise<StepResult<VerifyMemory>> {
  const { deps, job, signal } = context;
  const { vault } = await vaultOf(context);
  try {
    await recordedManifest(deps, { vault, point, signal });
  } catch (error) {
    return otherManifest(context, point, error);
  }
  const { first, count } = sampleOf(point, verifyParametersSchema.parse(job.parameters));
  await planDisks(context, point, { first, count });
  return { kind: "again", memory: { sample: { first, count } } };
}

function sampleOf(point: PointRef, { mode, segments }: VerifyParameters): Pick<Sample, "first" | "count"> {
  const shape = shapeOf(point);
  if (mode !== "sampled") return { first: 0, count: segmentsOf(shape) };
  const sample = planSample(shape, point.round, { unit: "percent", amount: SAMPLE_PERCENT });
  return segments === undefined ? sample : { ...sample, count: Math.min(segments, segmentsOf(shape)) };
}

/** A manifest that is damaged, or another one, ends the verification: nothing else says what to read. */
function otherManifest(
  { job }: Pick<Context, "job">,
  point: PointRef,
  error: unknown,
): StepResult<VerifyMemory> {
  const finding = findingOf(error);
  if (finding === null || !(error instanceof KluisError)) throw error;
  const { code, message } = error;
  const place = { object: finding.object, disk: null, offset: null };
  const problems = [{ kind: "content" as const, code, message, ...place }];
  const found = { vaultId: point.vaultId, foundBy: "verification", findings: [finding] } as const;
  return {
    kind: "again",
    memory: {
      sample: { first: 0, count: 0 },
      manifest: { blocks: 0, bytes: 0, problemCount: 1, tables: 0, problems },
    },
    save: async (tx) => void (await recordDamage(tx, { ...found, pointId: point.id, jobId: job.id })),
  };
}

async function planDisks(
  context: Context,
  point: PointRef,
  sample: Pick<Sample, "first" | "count">,
): Promise<void> {
  const { deps, job } = context;
  const { mode } = verifyParametersSchema.parse(job.parameters);
  const disks = disksInOrder(point);
  const facts = disks.map(({ root: _root, rootDigest: _digest, ...disk }) => disk);
  await inJob(context, (tx) => setJobDisks(tx, job.id, facts));
  const parts = Map.groupBy(verifyParts(mode, shapeOf(point), sample), ({ disk }) => disk);
  const rows = new Map((await listJobDisks(deps.db.prisma, job.id)).map((row) => [row.diskKey, row.id]));
  for (const [at, { diskKey, diskBytes, root }] of disks.entries()) {
    const rowId = rows.get(diskKey);
    if (rowId === undefined) throw new KluisError("INTERNAL", { message: "The job's disk was not stored." });
    // A disk without a root has no content; its root digest was compared.
    const segments = root === null ? [] : (parts.get(at) ?? []).map((part) => rowOf(part, diskBytes));
    await inJob(context, (tx) => clearPlan(tx, rowId));
    for (let from = 0; from < segments.length; from += PAGE)
      await inJob(context, (tx) => addSegments(tx, rowId, segments.slice(from, from + PAGE)));
    const plannedBytes = segments.reduce((sum, { extents: [extent] }) => sum + (extent?.[1] ?? 0), 0);
    const planned = { method: null, notice: null, baseNode: root, plannedBytes };
    await inJob(context, (tx) => setDiskPlan(tx, rowId, planned));
  }
}

function rowOf({ segment, count }: VerifyPart, diskBytes: number) {
  const offset = segment * SEGMENT_BYTES;
  const extent: ExtentTuple = [offset, Math.min(count * SEGMENT_BYTES, diskBytes - offset), "data"];
  return { segment, extents: [extent] };
}
