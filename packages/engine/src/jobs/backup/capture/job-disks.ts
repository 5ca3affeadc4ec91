/** The rows of the disks that a job captures, and the warnings about those that it cannot. */
import { addWarning, setJobDisks, type Tx } from "@kluis/db";
import { errorInfo, KluisError } from "@kluis/domain";
import type { ChosenDisks, RefusedDisk } from "../choose-disks.ts";
import type { MemoryDisk } from "../memory.ts";

/** Makes the job's rows the chosen disks. Only before the transfer is planned: a row that goes takes its segments with it. */
export async function saveJobDisks(tx: Tx, jobId: string, chosen: ChosenDisks): Promise<void> {
  await setJobDisks(tx, jobId, chosen.disks.map(toJobDisk));
  for (const refused of chosen.refused) await addWarning(tx, jobId, errorInfo(refusalError(refused)));
}

function refusalError({ name, reason }: RefusedDisk): KluisError {
  return new KluisError("DISK_NOT_SUPPORTED", {
    reason: "disk-kind",
    message: `${name}: ${reason}`,
    params: { disk: name, why: reason },
  });
}

/** The row of a disk. */
export function toJobDisk(disk: MemoryDisk): Parameters<typeof setJobDisks>[2][number] {
  const { key, name, resourceId, uniqueId, sku, bytes } = disk;
  return { diskKey: key, name, resourceId, diskUniqueId: uniqueId, sku, diskBytes: bytes };
}
