/**
 * The verification of a recovery point: checks that the vault still holds it, unchanged. Its parts are segments that the dispatcher gives
 * to the engines, so a killed one continues with those that are left, and restores and backups come first.
 */
import type { PointRef } from "@kluis/db";
import { verifyParametersSchema } from "@kluis/domain";
import type { Machine, StepContext, StepResult } from "../../job/step.ts";
import { transferSegments } from "../../job/transfer.ts";
import { conclude } from "./conclude.ts";
import { requirePoint, type VerifyMemory, verifyMemorySchema } from "./memory.ts";
import { plan } from "./plan.ts";

export const verifyMachine: Machine<"verify", VerifyMemory> = {
  parse: (memory) => verifyMemorySchema.parse(memory ?? {}),
  steps: { verify },
  taskOf: () => "verify.run",
  stakeOf: () => "work",
  isCancellable: () => true,
  isCommitted: () => false,
  whenStuck: "ends",
  cleanUp: () => Promise.resolve({ kind: "done" }),
};

async function verify(context: StepContext<VerifyMemory>): Promise<StepResult<VerifyMemory>> {
  const { job, memory } = context;
  const point: PointRef = await requirePoint(context.deps.db.prisma, job);
  const { sample } = memory;
  if (sample === undefined) return plan(context, point);
  const { mode } = verifyParametersSchema.parse(job.parameters);
  if (memory.manifest !== undefined) return conclude(context, { point, mode, sample });
  const checked = await transferSegments(context, "verify.segment");
  return checked.kind === "done" ? conclude(context, { point, mode, sample }) : checked;
}
