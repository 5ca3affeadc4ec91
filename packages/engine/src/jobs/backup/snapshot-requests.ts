/** The snapshot of a backup: the requests for it, and the disks in it. */
import type { DiskSnapshotRequest, RestorePointRequest } from "@kluis/azure";
import { diskKeyOf, KluisError, readDiskFacts } from "@kluis/domain";
import { recall } from "../../job/recall.ts";
import type { SnapshotDisk } from "../../job/snapshot-source.ts";
import type { StepContext } from "../../job/step.ts";
import type { BackupMemory, MemoryDisk } from "./memory.ts";

/** The request for the restore point of this try. Its name comes from job and try, so that a second request finds the first one. */
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
    attempt: memory.attempts?.length ?? 0,
    crashConsistent: recall(memory, "consistency").request === "crash",
    excludeDiskIds: recall(memory, "excluded").flatMap(({ resourceId }) => resourceId ?? []),
  };
}

/**
 * The requests for a snapshot of each disk. Their names come from the job and its try, so that a second request finds the first
 * one. Each snapshot is as closed as its disk.
 */
export function diskSnapshotRequests({
  deps,
  job,
  memory,
}: Pick<StepContext<BackupMemory>, "deps" | "job" | "memory">): DiskSnapshotRequest[] {
  const vm = recall(memory, "vm");
  const shared = {
    vmId: vm.id,
    jobId: job.id,
    installationId: deps.installationId,
    attempt: memory.attempts?.length ?? 0,
  };
  return recall(memory, "disks").map(({ key, resourceId: diskId, configuration }) => {
    const facts = readDiskFacts(configuration);
    const access =
      facts === null
        ? closed
        : {
            networkAccessPolicy: facts.networkAccessPolicy,
            diskAccessId: facts.diskAccessId,
            publicNetworkAccess: facts.publicNetworkAccess ?? "Enabled",
          };
    const slot = key === "os" ? key : Number(key);
    return { ...shared, location: facts?.location ?? vm.location, slot, diskId, access };
  });
}

/** For a disk that cannot be read back from the job's memory: never more open than it was. */
const closed = { networkAccessPolicy: "DenyAll", diskAccessId: null, publicNetworkAccess: "Disabled" };

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
