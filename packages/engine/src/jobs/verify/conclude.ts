/** Ends a verification: its result with the point, what is covered now, the ledger, and damage that is healed. */
import {
  endJob,
  type PointCoverage,
  type PointRef,
  recordReadWhole,
  setPointVerified,
  sumFound,
} from "@kluis/db";
import {
  coveragePercent,
  type Notice,
  nextRound,
  notice,
  type Sample,
  segmentsOf,
  type VerifyFound,
  type VerifyMode,
} from "@kluis/domain";
import type { StepContext, StepResult } from "../../job/step.ts";
import { addTask } from "../../runtime/queue.ts";
import { shapeOf, type VerifyMemory } from "./memory.ts";

interface Checked {
  readonly point: PointRef;
  readonly mode: VerifyMode;
  readonly sample: Pick<Sample, "first" | "count">;
}

export async function conclude(
  { deps, job, memory }: StepContext<VerifyMemory>,
  checked: Checked,
): Promise<StepResult<VerifyMemory>> {
  const { point, mode } = checked;
  const found = memory.manifest ?? (await sumFound(deps.db.prisma, job.id));
  const { blocks, bytes, problemCount, tables, problems } = found;
  const ok = problemCount === 0;
  const isDamaged = problemCount > tables;
  const began = job.startedAt ?? deps.clock.now();
  const coverage =
    memory.manifest === undefined ? coverageAfter(checked, { isIntact: !isDamaged, began }) : null;
  const coveragePercentNow = coverage?.percent ?? null;
  const counts = {
    blocksChecked: blocks,
    bytesChecked: bytes,
    problemCount,
    coveragePercent: coveragePercentNow,
  };
  const detail = { ...counts, problems };
  return {
    kind: "done",
    notice: verdict(mode, found),
    detail,
    save: async (tx, at) => {
      await setPointVerified(tx, { pointId: point.id, at, mode, ok, isDamaged, coverage, detail });
      await endJob(tx, job.id, { state: ok ? "succeeded" : "warning", stage: "done", at });
      // The schedule starts the next one.
      if (job.trigger === "schedule")
        await addTask(tx, { name: "verify.schedule", payload: {}, runAt: deps.clock.now() });
      // Last in the transaction.
      if (!isDamaged && mode === "full")
        await recordReadWhole(tx, { vaultId: point.vaultId, pointId: point.id });
    },
    events: [
      {
        kind: "point.verified",
        target: { type: "point", id: point.id, name: `${point.vmName} ${point.takenAt.toISOString()}` },
        data: {
          mode,
          ok,
          blocksChecked: blocks,
          bytesChecked: bytes,
          problems: problemCount,
          coveragePercent: coveragePercentNow,
        },
      },
      { kind: "job.succeeded", data: { ok } },
    ],
    pointId: point.id,
  };
}

/** Null for a quick verification, which reads no content. */
function coverageAfter(
  { point, mode, sample }: Checked,
  { isIntact, began }: { readonly isIntact: boolean; readonly began: Date },
): PointCoverage | null {
  if (mode === "quick") return null;
  const segments = segmentsOf(shapeOf(point));
  if (mode === "full") {
    const wholeAt = isIntact ? began : null;
    return { next: 0, covered: segments, percent: 100, roundAt: began, wholeAt };
  }
  const { next, covered } = nextRound(sample, segments, point.round);
  const isFirst = covered <= sample.count || point.roundAt === null;
  const roundAt = isFirst ? began : (point.roundAt ?? began);
  // Damage that an earlier sample of the round found is still in the point's state.
  const isWhole = covered === segments && isIntact && point.state === "available";
  const percent = coveragePercent(covered, segments);
  return { next, covered, percent, roundAt, wholeAt: isWhole ? roundAt : null };
}

function verdict(
  mode: VerifyMode,
  { bytes: checkedBytes, problemCount, tables, problems }: VerifyFound,
): Notice {
  if (problemCount === 0) return notice("point-intact", { mode, checkedBytes });
  const isDamaged = problemCount > tables;
  const first = isDamaged ? problems.find(({ kind }) => kind === "content") : problems[0];
  const params = { mode, checkedBytes, problems: problemCount, problem: first?.message ?? "unknown" };
  return notice(isDamaged ? "point-damaged" : "point-tables-damaged", params);
}
