/** Verification of a recovery point: does the vault still hold every byte of it, unchanged. */
import { endJob, loadPoint, setPointVerified } from "@kluis/db";
import { formatBytes, KluisError, verifyParametersSchema } from "@kluis/domain";
import { z } from "zod";
import type { Machine, StepContext, StepResult } from "../../job/step.ts";

type Memory = Record<string, never>;

export const verifyMachine: Machine<Memory> = {
  parse: () => ({}),
  steps: { verify },
  cancellable: () => true,
  committed: () => false,
  cleanUp: () => Promise.resolve({ kind: "done", message: "Nothing to remove." }),
};

/** Problems that are kept with the point; the count says how many there were. */
const PROBLEMS_KEPT = 20;

async function verify({ deps, job, signal }: StepContext<Memory>): Promise<StepResult<Memory>> {
  const { mode } = verifyParametersSchema.parse(job.parameters);
  const point = job.pointId === null ? null : await loadPoint(deps.db.prisma, job.pointId);
  if (point === null || point.state === "deleted" || point.state === "deleting") {
    throw new KluisError("POINT_NOT_FOUND", {
      reason: "gone",
      message: "The recovery point no longer exists.",
      params: { point: job.pointId },
    });
  }
  const result = await deps.vault.vault.verifyPoint(point.id, { mode, signal });
  const { ok, blocksChecked, bytesChecked, problems } = result;
  const detail = {
    blocksChecked,
    bytesChecked,
    problemCount: problems.length,
    problems: z.array(z.json()).parse(problems.slice(0, PROBLEMS_KEPT)),
  };
  const at = deps.clock.now();
  const outcome = ok ? "The point is intact" : `The point is damaged: ${problems[0]?.message ?? "unknown"}`;
  return {
    kind: "done",
    message: `${outcome}; ${formatBytes(bytesChecked)} checked (${mode}).`,
    detail,
    save: async (tx) => {
      await setPointVerified(tx, { pointId: point.id, at, mode, ok, detail });
      await endJob(tx, job.id, { state: ok ? "succeeded" : "warning", stage: "done", at });
    },
    events: [
      {
        kind: "point.verified",
        target: { type: "point", id: point.id, name: `${point.vmName} ${point.takenAt.toISOString()}` },
        data: { mode, ok, blocksChecked, bytesChecked, problems: problems.length },
      },
      { kind: "job.succeeded", data: { ok } },
    ],
    pointId: point.id,
  };
}
