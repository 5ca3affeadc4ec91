/** Writes the VHD footer, ends the upload, which makes Azure check the disk, and sets the disk's network access. */
import {
  openPageWriter,
  pollFinishUpload,
  pollSetAccess,
  startFinishUpload,
  startSetAccess,
} from "@kluis/azure";
import { endJob, listJobDisks, markResourceCreated, markResourceRemoved, sumMissing } from "@kluis/db";
import { addMissing, KluisError, type MissingRanges, nothingMissing, notice } from "@kluis/domain";
import { type StepContext, type StepResult, waitForAzure } from "../../../job/step.ts";
import { type RestoreMemory, requireDiskId, restoredDisk, restoreParameters } from "../memory.ts";
import { checkRoot } from "./check-root.ts";

type Context = StepContext<RestoreMemory>;

/** Ranges that an event of the ledger names; the job has more of them. */
const LISTED = 50;

export async function finish(context: Context): Promise<StepResult<RestoreMemory>> {
  const { deps, memory, signal } = context;
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
  return delivered(context, diskId, await missingIn(context));
}

/** What the restore could not read; null for one that skips nothing. */
async function missingIn({ deps, job, memory }: Context): Promise<MissingRanges | null> {
  if (restoreParameters(job).skipDamaged !== true) return null;
  return addMissing(memory.missing ?? nothingMissing, await sumMissing(deps.db.prisma, job.id));
}

function delivered(
  { deps, job }: Context,
  diskId: string,
  missing: MissingRanges | null,
): StepResult<RestoreMemory> {
  const at = deps.clock.now();
  const resourceId = diskId.toLowerCase();
  const { name } = restoreParameters(job);
  const isWhole = missing === null || missing.bytes === 0;
  const skipped = missing === null ? {} : { missing };
  const listed = missing === null ? {} : { missing: { ...missing, ranges: missing.ranges.slice(0, LISTED) } };
  return {
    kind: "done",
    notice: isWhole
      ? notice("disk-restored", { disk: name })
      : notice("disk-restored-in-part", { disk: name, missingBytes: missing.bytes, ranges: missing.count }),
    detail: { diskId, ...skipped },
    memory: { operation: undefined },
    save: async (tx) => {
      await markResourceRemoved(tx, { kind: "grant", resourceId, at });
      // The disk belongs to the user now: the sweeper must not remove it.
      await markResourceCreated(tx, { kind: "disk", resourceId, detail: { delivered: true } });
      await endJob(tx, job.id, { state: isWhole ? "succeeded" : "warning", stage: "done", at });
    },
    events: [
      {
        kind: "disk.restored",
        target: { type: "disk", id: diskId, name },
        data: { pointId: job.pointId, ...listed },
      },
      { kind: "job.succeeded", data: { diskId, missingBytes: missing?.bytes ?? 0 } },
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
