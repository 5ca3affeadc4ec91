/** The verification of a recovery point: checks that the vault still holds every byte of it, unchanged. */
import { endJob, keepDamaged, loadPoint, recordDamage, recordReadWhole, setPointVerified } from "@kluis/db";
import { isHeldPointState, KluisError, notice, verifyParametersSchema } from "@kluis/domain";
import { z } from "zod";
import type { Machine, StepContext, StepResult } from "../../job/step.ts";
import { vaultOf } from "../../job/vault-of.ts";

type Memory = Record<string, never>;

export const verifyMachine: Machine<"verify", Memory> = {
  parse: () => ({}),
  steps: { verify },
  taskOf: () => "verify.run",
  isCancellable: () => true,
  isCommitted: () => false,
  whenStuck: "ends",
  cleanUp: () => Promise.resolve({ kind: "done" }),
};

/** The number of problems that are stored with the point; their count is exact. */
const PROBLEMS_KEPT = 20;

async function verify({ deps, job, signal }: StepContext<Memory>): Promise<StepResult<Memory>> {
  const { mode } = verifyParametersSchema.parse(job.parameters);
  const point = job.pointId === null ? null : await loadPoint(deps.db.prisma, job.pointId);
  if (point === null || !isHeldPointState(point.state)) {
    throw new KluisError("POINT_NOT_FOUND", {
      reason: "gone",
      message: "The recovery point no longer exists.",
      params: { point: job.pointId },
    });
  }
  const { vault } = await vaultOf({ deps, job });
  const result = await vault.verifyPoint(point.id, { mode, signal });
  const { ok, blocksChecked, bytesChecked: checkedBytes, problems } = result;
  const detail = {
    blocksChecked,
    bytesChecked: checkedBytes,
    problemCount: problems.length,
    problems: z.array(z.json()).parse(problems.slice(0, PROBLEMS_KEPT)),
  };
  const at = deps.clock.now();
  const [first] = problems;
  return {
    kind: "done",
    notice:
      first === undefined && ok
        ? notice("point-intact", { mode, checkedBytes })
        : notice("point-damaged", {
            mode,
            checkedBytes,
            problems: problems.length,
            problem: first?.message ?? "unknown",
          }),
    detail,
    save: async (tx) => {
      await setPointVerified(tx, { pointId: point.id, at, mode, ok, detail });
      await endJob(tx, job.id, { state: ok ? "succeeded" : "warning", stage: "done", at });
      const { vaultId } = point;
      const findings = problems.flatMap(({ finding }) => finding ?? []);
      const found = { foundBy: "verification", findings, jobId: job.id } as const;
      await recordDamage(tx, { vaultId, pointId: point.id, ...found });
      if (ok && mode === "full") await recordReadWhole(tx, { vaultId, pointId: point.id });
      else if (ok) await keepDamaged(tx, point.id);
    },
    events: [
      {
        kind: "point.verified",
        target: { type: "point", id: point.id, name: `${point.vmName} ${point.takenAt.toISOString()}` },
        data: { mode, ok, blocksChecked, bytesChecked: checkedBytes, problems: problems.length },
      },
      { kind: "job.succeeded", data: { ok } },
    ],
    pointId: point.id,
  };
}
