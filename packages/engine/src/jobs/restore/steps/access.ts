/** Opens write access to the new disk. Stores only its id. */
import { markResourceCreated, planResource } from "@kluis/db";
import { notice } from "@kluis/domain";
import type { StepContext, StepResult } from "../../../job/step.ts";
import { type RestoreMemory, requireDiskId } from "../memory.ts";

export async function access({
  deps,
  job,
  memory,
  signal,
}: StepContext<RestoreMemory>): Promise<StepResult<RestoreMemory>> {
  const diskId = requireDiskId(memory);
  const resourceId = diskId.toLowerCase();
  const resource = { kind: "grant", resourceId, jobId: job.id, vmId: job.vm?.id ?? null } as const;
  await planResource(deps.db.prisma, resource, deps.clock.now());
  await deps.writeGrants.get(diskId, signal);
  return {
    kind: "done",
    notice: notice("write-access-opened", {}),
    save: (tx) => markResourceCreated(tx, { kind: "grant", resourceId }),
  };
}
