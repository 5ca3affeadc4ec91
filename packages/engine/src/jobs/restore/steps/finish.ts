/** Writes the VHD footer, ends the upload, which makes Azure check the disk, and sets the disk's network access. */
import {
  openPageWriter,
  pollFinishUpload,
  pollSetAccess,
  startFinishUpload,
  startSetAccess,
} from "@kluis/azure";
import { endJob, listJobDisks, markResourceCreated, markResourceRemoved } from "@kluis/db";
import { KluisError, notice } from "@kluis/domain";
import { type StepContext, type StepResult, waitForAzure } from "../../../job/step.ts";
import { type RestoreMemory, requireDiskId, restoredDisk, restoreParameters } from "../memory.ts";
import { checkRoot } from "./check-root.ts";

type Context = StepContext<RestoreMemory>;

export async function finish(context: Context): Promise<StepResult<RestoreMemory>> {
  const { deps, job, memory, signal } = context;
  const diskId = requireDiskId(memory);
  if (memory.footerWritten !== true) {
    const error = await checkRoot(context);
    if (error !== null) return { kind: "fail", error };
    await writeFooter(context, diskId);
    return { kind: "again", memory: { footerWritten: true } };
  }
  if (memory.uploadEnded !== true) {
    const poll =
      memory.operation?.kind === "finish-upload"
        ? await pollFinishUpload(deps.azure, memory.operation, { signal })
        : await startFinishUpload(deps.azure, diskId, { signal });
    if (poll.status === "running") return waitForAzure(poll, notice("disk-checking", {}));
    deps.writeGrants.forget(diskId);
    return { kind: "again", memory: { operation: undefined, uploadEnded: true } };
  }
  const closing = await setAccess(context, diskId);
  if (closing !== null) return closing;
  const at = deps.clock.now();
  const resourceId = diskId.toLowerCase();
  const { name } = restoreParameters(job);
  return {
    kind: "done",
    notice: notice("disk-restored", { disk: name }),
    detail: { diskId },
    memory: { operation: undefined },
    save: async (tx) => {
      await markResourceRemoved(tx, { kind: "grant", resourceId, at });
      // The disk belongs to the user now: the sweeper must not remove it.
      await markResourceCreated(tx, { kind: "disk", resourceId, detail: { delivered: true } });
      await endJob(tx, job.id, { state: "succeeded", stage: "done", at });
    },
    events: [
      { kind: "disk.restored", target: { type: "disk", id: diskId, name }, data: { pointId: job.pointId } },
      { kind: "job.succeeded", data: { diskId } },
    ],
  };
}

/**
 * Gives the disk the network access that it had. Until this is done the disk is not the user's: when it fails permanently, the
 * clean-up deletes the disk rather than leave a private one open.
 */
async function setAccess({ deps, job, memory, signal }: Context, diskId: string) {
  const { access } = restoredDisk(job, memory);
  if (access === null) return null;
  const poll =
    memory.operation?.kind === "update-disk"
      ? await pollSetAccess(deps.azure, memory.operation, { signal })
      : await startSetAccess(deps.azure, { diskId, access }, { signal });
  return poll.status === "running" ? waitForAzure(poll, notice("disk-access-setting", {})) : null;
}

async function writeFooter({ deps, job, signal }: Context, diskId: string): Promise<void> {
  const [disk] = await listJobDisks(deps.db.prisma, job.id);
  if (disk === undefined) throw new KluisError("INTERNAL", { message: "The job has no disk." });
  const grant = await deps.writeGrants.get(diskId, signal);
  const renew = () => deps.writeGrants.renew(grant, signal);
  const writer = openPageWriter({ grant, diskBytes: disk.diskBytes, renew });
  await writer.writeFooter(job.id, signal);
}
