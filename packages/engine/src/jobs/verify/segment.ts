/** Checks one part of a disk of a recovery point, and records the damage that it finds. */
import { closeGoodTables, inTransaction, noStats, recordDamage, type WorkJob } from "@kluis/db";
import { type DamageFinding, PROBLEMS_KEPT, type VerifyFound, verifyParametersSchema } from "@kluis/domain";
import { parseNodeRef, SEGMENT_BYTES, type VerifyProblem, type VerifyResult } from "@kluis/vault";
import type { EngineDeps } from "../../deps.ts";
import { endingOf } from "../../job/ending.ts";
import type { SegmentKind, SegmentMove, SegmentMoved } from "../../job/segment-task.ts";
import { vaultOf } from "../../job/vault-of.ts";
import { verifyMachine } from "./machine.ts";
import { requirePoint } from "./memory.ts";

export const verifySegment: SegmentKind = {
  wakes: "verify.run",
  isWanted: (job) => endingOf(job, verifyMachine, verifyMachine.parse(job.memory)) === null,
  move: check,
};

/** Damaged places that one transaction records. */
const PAGE = 500;
const MESSAGE_MOST = 2_000;

async function check({ deps, job, segment, signal }: SegmentMove): Promise<SegmentMoved> {
  const { disk, segment: first, extents } = segment;
  const bytes = extents.reduce((sum, [, length]) => sum + length, 0);
  const { mode } = verifyParametersSchema.parse(job.parameters);
  const { vault } = await vaultOf({ deps, job });
  const stats = { ...noStats, readBytes: bytes };
  if (disk.baseNode === null) return { node: null, stats };
  const result = await vault.verifySegments({
    mode: mode === "quick" ? "quick" : "full",
    disk: { key: disk.diskKey, diskBytes: disk.diskBytes, root: parseNodeRef(disk.baseNode) },
    first,
    count: Math.ceil(bytes / SEGMENT_BYTES),
    signal,
  });
  await recordFindings(deps, job, result.findings);
  const { vaultId } = await requirePoint(deps.db.prisma, job);
  const { goodTables: objects } = result;
  // By the time of the database: damage that this verification found itself is newer.
  if (job.startedAt !== null && objects.length > 0)
    await closeGoodTables(deps.db, { vaultId, objects, before: job.startedAt });
  return { node: null, stats, found: foundIn(result) };
}

/** Recording a place again changes nothing, so a part that is checked twice records it once. */
async function recordFindings(
  deps: Pick<EngineDeps, "db">,
  job: WorkJob,
  { content, tables }: VerifyResult["findings"],
): Promise<void> {
  for (const [findings, isContent] of [
    [content, true],
    [tables, false],
  ] as const) {
    for (let from = 0; from < findings.length; from += PAGE)
      await recordPage(deps, job, { findings: findings.slice(from, from + PAGE), isContent });
  }
}

async function recordPage(
  deps: Pick<EngineDeps, "db">,
  job: WorkJob,
  { findings, isContent }: { readonly findings: readonly DamageFinding[]; readonly isContent: boolean },
): Promise<void> {
  await inTransaction(deps.db, async (tx) => {
    const point = await requirePoint(tx, job);
    // The point can be read without the tables of its packs.
    const pointId = isContent ? point.id : null;
    const found = { vaultId: point.vaultId, foundBy: "verification", findings } as const;
    await recordDamage(tx, { ...found, pointId, jobId: job.id });
  });
}

function foundIn(result: VerifyResult): VerifyFound {
  const {
    blocksChecked: blocks,
    bytesChecked: bytes,
    problemCount,
    tableProblems: tables,
    problems,
  } = result;
  return { blocks, bytes, problemCount, tables, problems: problems.slice(0, PROBLEMS_KEPT).map(stored) };
}

function stored({ finding: _finding, message, ...problem }: VerifyProblem): VerifyFound["problems"][number] {
  return { ...problem, message: message.slice(0, MESSAGE_MOST) };
}
