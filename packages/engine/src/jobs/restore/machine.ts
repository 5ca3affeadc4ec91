/** A restore to a new managed disk, as a sequence of steps: upload disk, write access, everything that is not zero, footer, done. */
import {
  type AzureOperation,
  azureOperationSchema,
  openPageWriter,
  type Poll,
  pollDeleteDisk,
  pollFinishUpload,
  pollUploadDisk,
  startDeleteDisk,
  startFinishUpload,
  startUploadDisk,
} from "@kluis/azure";
import {
  addJobDisks,
  addSegments,
  clearPlan,
  endJob,
  listJobDisks,
  listJobResources,
  loadPoint,
  markResourceCreated,
  markResourceRemoved,
  type PointDiskRef,
  type PointRef,
  planResource,
  setDiskPlan,
} from "@kluis/db";
import { formatBytes, KluisError, osTypes, restoreDiskParametersSchema } from "@kluis/domain";
import { BLOCK_BYTES, parseNodeRef, SEGMENT_BYTES } from "@kluis/vault";
import { z } from "zod";
import { planSegments } from "../../job/segments.ts";
import type { Machine, StepContext, StepResult } from "../../job/step.ts";
import { transferSegments } from "../../job/transfer.ts";

export const restoreMemorySchema = z.object({
  diskId: z.string().optional(),
  osType: z.enum(osTypes).nullable().optional(),
  hyperVGeneration: z.string().nullable().optional(),
  operation: azureOperationSchema.optional(),
  segmentsQueued: z.boolean().optional(),
  footerWritten: z.boolean().optional(),
});
export type RestoreMemory = z.infer<typeof restoreMemorySchema>;
type Context = StepContext<RestoreMemory>;
type Result = StepResult<RestoreMemory>;

export const restoreMachine: Machine<RestoreMemory> = {
  parse: (memory) => restoreMemorySchema.parse(memory ?? {}),
  steps: {
    prepare,
    "create-disk": createDisk,
    access,
    transfer,
    finish,
  },
  cancellable: (memory) => memory.footerWritten !== true,
  committed: () => false,
  cleanUp,
};

export function restoreParameters(
  context: Pick<Context, "job">,
): z.infer<typeof restoreDiskParametersSchema> {
  return restoreDiskParametersSchema.parse(context.job.parameters);
}

/** The disk of the recovery point. @throws KluisError POINT_NOT_FOUND, DISK_NOT_FOUND */
export async function sourceOf({
  deps,
  job,
}: Pick<Context, "deps" | "job">): Promise<{ point: PointRef; disk: PointDiskRef }> {
  const { disk: key } = restoreParameters({ job });
  const point = job.pointId === null ? null : await loadPoint(deps.db.prisma, job.pointId);
  if (point === null || (point.state !== "available" && point.state !== "damaged")) {
    throw new KluisError("POINT_NOT_FOUND", {
      reason: "gone",
      message: "The recovery point no longer exists.",
      action: "Choose another recovery point.",
      params: { point: job.pointId },
    });
  }
  const disk = point.disks.find(({ diskKey }) => diskKey === key);
  if (disk !== undefined) return { point, disk };
  const keys = point.disks.map(({ diskKey }) => diskKey).join(", ");
  throw new KluisError("DISK_NOT_FOUND", {
    reason: "in-point",
    message: `The recovery point ${point.id} has no disk ${key}.`,
    action: `It has these disks: ${keys}.`,
    params: { point: point.id, disk: key, disks: keys },
  });
}

/** What a new disk must be told so that a VM can start from it; absent on data disks. */
const bootSchema = z.object({
  osType: z.enum(osTypes).nullable().catch(null),
  hyperVGeneration: z.string().nullable().catch(null),
});

async function prepare(context: Context): Promise<Result> {
  const { deps, job, signal } = context;
  const { point, disk } = await sourceOf(context);
  const { name, subscriptionId, resourceGroup, sku } = restoreParameters(context);
  const resourceId = `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.Compute/disks/${name}`;
  const { diskKey, diskUniqueId, diskBytes } = disk;
  await addJobDisks(deps.db.prisma, job.id, [{ diskKey, name, resourceId, diskUniqueId, sku, diskBytes }]);
  const [row] = await listJobDisks(deps.db.prisma, job.id);
  if (row === undefined)
    throw new KluisError("INTERNAL", { message: "The job's disk was not written down." });
  await clearPlan(deps.db.prisma, row.id);
  const root = disk.root === null ? null : parseNodeRef(disk.root);
  const extents = deps.vault.vault.openDisk(root, diskBytes).extents(signal);
  let plannedBytes = 0;
  for await (const segment of planSegments(extents, {
    diskBytes,
    blockBytes: BLOCK_BYTES,
    segmentBytes: SEGMENT_BYTES,
  })) {
    plannedBytes += segment.dataBytes;
    await addSegments(deps.db.prisma, row.id, [segment]);
  }
  const { manifest } = await deps.vault.vault.getManifest(point.id, signal);
  const described = manifest.disks.find(({ key }) => key === diskKey)?.configuration;
  return {
    kind: "done",
    message: `${disk.name} of ${point.vmName}: ${formatBytes(plannedBytes)} to write to ${name}.`,
    memory: { diskId: resourceId, ...bootSchema.parse(described ?? {}) },
    save: (tx) => setDiskPlan(tx, row.id, { method: null, reason: null, baseNode: disk.root, plannedBytes }),
  };
}

async function createDisk(context: Context): Promise<Result> {
  const { deps, job, memory, signal } = context;
  const diskId = requireDiskId(memory);
  if (memory.operation?.kind !== "create-disk") {
    await planResource(
      deps.db.prisma,
      { kind: "disk", resourceId: diskId.toLowerCase(), jobId: job.id, vmId: job.vm?.id ?? null },
      deps.clock.now(),
    );
  }
  const poll = await lookAtDisk(context);
  if (poll.status === "running") return waitFor(poll, "Azure makes the disk.");
  signal.throwIfAborted();
  return {
    kind: "done",
    message: "The disk is ready to be written.",
    memory: { operation: undefined },
    save: (tx) => markResourceCreated(tx, { kind: "disk", resourceId: diskId.toLowerCase() }),
  };
}

async function lookAtDisk(context: Context): Promise<Poll<{ readonly diskId: string }>> {
  const { deps, job, memory, signal } = context;
  if (memory.operation?.kind === "create-disk")
    return pollUploadDisk(deps.azure, memory.operation, { signal });
  const { disk } = await sourceOf(context);
  const { name, subscriptionId, resourceGroup, location, sku } = restoreParameters(context);
  const request = {
    name,
    subscriptionId,
    resourceGroup,
    location,
    sku,
    zones: [],
    hyperVGeneration: memory.hyperVGeneration ?? null,
    sizeBytes: disk.diskBytes,
    osType: memory.osType ?? null,
    jobId: job.id,
    installationId: deps.installationId,
  };
  return startUploadDisk(deps.azure, request, { signal });
}

async function access({ deps, job, memory, signal }: Context): Promise<Result> {
  const diskId = requireDiskId(memory);
  const resourceId = diskId.toLowerCase();
  await planResource(
    deps.db.prisma,
    { kind: "grant", resourceId, jobId: job.id, vmId: job.vm?.id ?? null },
    deps.clock.now(),
  );
  await deps.writeGrants.get(diskId, signal);
  return {
    kind: "done",
    message: "Write access to the disk.",
    save: (tx) => markResourceCreated(tx, { kind: "grant", resourceId }),
  };
}

async function transfer(context: Context): Promise<Result> {
  const result = await transferSegments(context, {
    queued: context.memory.segmentsQueued === true,
    task: "restore.segment",
  });
  return result.kind === "queued"
    ? { kind: "again", memory: { segmentsQueued: true }, save: result.save }
    : result;
}

/** The footer makes the bytes a disk; ending the upload has Azure check it. */
async function finish(context: Context): Promise<Result> {
  const { deps, job, memory, signal } = context;
  const diskId = requireDiskId(memory);
  if (memory.footerWritten !== true) {
    await writeFooter(context, diskId);
    return { kind: "again", memory: { footerWritten: true } };
  }
  const poll =
    memory.operation?.kind === "finish-upload"
      ? await pollFinishUpload(deps.azure, memory.operation, { signal })
      : await startFinishUpload(deps.azure, diskId, { signal });
  if (poll.status === "running") return waitFor(poll, "Azure checks the disk.");
  deps.writeGrants.forget(diskId);
  const at = deps.clock.now();
  const resourceId = diskId.toLowerCase();
  const { name } = restoreParameters(context);
  return {
    kind: "done",
    message: `Disk ${name} is ready to use.`,
    detail: { diskId },
    memory: { operation: undefined },
    save: async (tx) => {
      await markResourceRemoved(tx, { kind: "grant", resourceId, at });
      // The disk is the person's now: nothing of Kluis' removes it.
      await markResourceCreated(tx, { kind: "disk", resourceId, detail: { delivered: true } });
      await endJob(tx, job.id, { state: "succeeded", stage: "done", at });
    },
    events: [
      { kind: "disk.restored", target: { type: "disk", id: diskId, name }, data: { pointId: job.pointId } },
      { kind: "job.succeeded", data: { diskId } },
    ],
  };
}

async function writeFooter({ deps, job, signal }: Context, diskId: string): Promise<void> {
  const [disk] = await listJobDisks(deps.db.prisma, job.id);
  if (disk === undefined) throw new KluisError("INTERNAL", { message: "The job has no disk." });
  const grant = await deps.writeGrants.get(diskId, signal);
  const renew = () => deps.writeGrants.renew(grant, signal);
  const writer = openPageWriter({ grant, diskBytes: disk.diskBytes, renew });
  await writer.writeFooter(job.id, signal);
}

/** A restore that does not succeed leaves no disk behind. */
async function cleanUp({ deps, job, memory, signal }: Context): Promise<Result> {
  const resources = await listJobResources(deps.db.prisma, job.id);
  const disk = resources.find(({ kind }) => kind === "disk");
  let made = false;
  if (disk !== undefined) {
    deps.writeGrants.forget(disk.resourceId);
    // The disk is written down before Azure is asked for it: what has the name may be somebody else's, and stays then.
    const poll =
      memory.operation?.kind === "delete-disk"
        ? await pollDeleteDisk(deps.azure, memory.operation, { signal })
        : await startDeleteDisk(deps.azure, { diskId: disk.resourceId, jobId: job.id }, { signal });
    if (poll.status === "running") return waitFor(poll, "Azure removes the disk.");
    made = poll.result === "gone";
  }
  const at = deps.clock.now();
  return {
    kind: "done",
    save: async (tx) => {
      for (const { kind, resourceId } of resources) await markResourceRemoved(tx, { kind, resourceId, at });
    },
    message: made ? "The unfinished disk is removed." : "Nothing was made in Azure.",
    events:
      disk === undefined || !made
        ? []
        : [
            {
              kind: "azure-resource.removed",
              target: { type: "disk", id: disk.resourceId, name: disk.resourceId },
            },
          ],
  };
}

function requireDiskId(memory: RestoreMemory): string {
  if (memory.diskId !== undefined) return memory.diskId;
  throw new KluisError("INTERNAL", { message: "The restore was not prepared." });
}

function waitFor(
  poll: { readonly operation: AzureOperation; readonly retryAfterMs: number },
  message: string,
): Result {
  return { kind: "wait", afterMs: poll.retryAfterMs, message, memory: { operation: poll.operation } };
}
