/** The snapshot of a backup: the request for it, and the disks in it. */
import type { RestorePointRequest } from "@kluis/azure";
import { diskKeyOf, KluisError } from "@kluis/domain";
import type { SnapshotDisk } from "../../job/snapshot.ts";
import type { StepContext } from "../../job/step.ts";
import { type BackupMemory, type MemoryDisk, recall } from "./memory.ts";

/** The request for the job's restore point. Its name comes from the job, so that a second request finds the first one. */
export function restorePointRequest({
  deps,
  job,
  memory,
}: Pick<StepContext<BackupMemory>, "deps" | "job" | "memory">): RestorePointRequest {
  const vm = recall(memory, "vm");
  return {
    vmId: vm.id,
    location: vm.location,
    jobId: job.id,
    installationId: deps.installationId,
    crashConsistent: recall(memory, "consistency").request === "crash",
    excludeDiskIds: recall(memory, "excluded").flatMap(({ resourceId }) => resourceId ?? []),
  };
}

/** The snapshot of one disk. @throws KluisError AZURE_FAILED when Azure left the disk out */
export function snapshotOf(memory: BackupMemory, disk: Pick<MemoryDisk, "key" | "name">): SnapshotDisk {
  const found = recall(memory, "snapshot").facts.disks.find(({ slot }) => diskKeyOf(slot) === disk.key);
  if (found !== undefined) return found;
  throw new KluisError("AZURE_FAILED", {
    reason: "restore-point-without-disk",
    message: `Azure's snapshot does not contain disk ${disk.name}.`,
    params: { disk: disk.name },
  });
}
