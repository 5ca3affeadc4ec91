/** Undoes a restore that failed or was canceled: removes the disk that it created, and no other. */
import { pollDeleteDisk, startDeleteDisk } from "@kluis/azure";
import { listJobResources, markResourceRemoved } from "@kluis/db";
import type { CleanUpResult, StepContext } from "../../job/step.ts";
import type { RestoreMemory } from "./memory.ts";

export async function cleanUp({
  deps,
  job,
  memory,
  signal,
}: StepContext<RestoreMemory>): Promise<CleanUpResult<"restore-disk", RestoreMemory>> {
  const resources = await listJobResources(deps.db.prisma, job.id);
  const disk = resources.find(({ kind }) => kind === "disk");
  let isRemoved = false;
  if (disk !== undefined) {
    deps.writeGrants.forget(disk.resourceId);
    // The row exists before the disk: a disk of that name without this job's tag belongs to another owner and is kept.
    const poll =
      memory.operation?.kind === "delete-disk"
        ? await pollDeleteDisk(deps.azure, memory.operation, { signal })
        : await startDeleteDisk(deps.azure, { diskId: disk.resourceId, jobId: job.id }, { signal });
    if (poll.status === "running") {
      return { kind: "wait", afterMs: poll.retryAfterMs, memory: { operation: poll.operation } };
    }
    isRemoved = poll.result === "gone";
  }
  const at = deps.clock.now();
  return {
    kind: "done",
    save: async (tx) => {
      for (const { kind, resourceId } of resources) await markResourceRemoved(tx, { kind, resourceId, at });
    },
    events:
      disk === undefined || !isRemoved
        ? []
        : [
            {
              kind: "azure-resource.removed",
              target: { type: "disk", id: disk.resourceId, name: disk.resourceId },
            },
          ],
  };
}
