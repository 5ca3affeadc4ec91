/** Opens write access to the new disk. Stores only its id. */
import { markResourceCreated, planResource } from "@kluis/db";
import { notice } from "@kluis/domain";
import { inJob } from "../../../job/record.ts";
import type { StepContext, StepResult } from "../../../job/step.ts";
import { type RestoreMemory, requireDiskId } from "../memory.ts";

export async function access(context: StepContext<RestoreMemory>): Promise<StepResult<RestoreMemory>> {
  const { deps, job, memory, signal } = context;
  const diskId = requireDiskId(memory);
  const resourceId = diskId.toLowerCase();
  const resource = { kind: "grant", resourceId, jobId: job.id, vmId: job.vm?.id ?? null } as const;
  await inJob(context, (tx, at) => planResource(tx, resource, at));
  await deps.writeGrants.get(diskId, signal);
  return {
    kind: "done",
    notice: notice("write-access-opened", {}),
    save: (tx) => markResourceCreated(tx, { kind: "grant", resourceId }),
  };
}
