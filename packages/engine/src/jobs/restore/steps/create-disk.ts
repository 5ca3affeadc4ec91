/** Creates the new disk in Azure, in the state that accepts an upload. */
import { type Poll, pollUploadDisk, startUploadDisk } from "@kluis/azure";
import { holdGuardrails, markResourceCreated, planResource } from "@kluis/db";
import { mustKeepGuardrails, notice, restoreViolations } from "@kluis/domain";
import { inJob } from "../../../job/record.ts";
import { type StepContext, type StepResult, waitForAzure } from "../../../job/step.ts";
import { type RestoreMemory, requireDiskId, restoredDisk, restoreParameters } from "../memory.ts";
import { sourceOf } from "../source.ts";

type Context = StepContext<RestoreMemory>;

export async function createDisk(context: Context): Promise<StepResult<RestoreMemory>> {
  const { job, memory, signal } = context;
  const resourceId = requireDiskId(memory).toLowerCase();
  if (memory.operation?.kind !== "create-disk") {
    const resource = { kind: "disk", resourceId, jobId: job.id, vmId: job.vm?.id ?? null } as const;
    const { location } = restoreParameters(job);
    await inJob(context, async (tx, at) => {
      // The guardrails may have changed since the restore was requested. Held, so that the plan and a new version see each other.
      mustKeepGuardrails(restoreViolations(location, await holdGuardrails(tx)));
      await planResource(tx, resource, at);
    });
  }
  const poll = await pollOrStart(context);
  if (poll.status === "running") return waitForAzure(poll, notice("disk-creating", {}));
  signal.throwIfAborted();
  return {
    kind: "done",
    notice: notice("disk-created", {}),
    memory: { operation: undefined },
    save: (tx) => markResourceCreated(tx, { kind: "disk", resourceId }),
  };
}

async function pollOrStart(context: Context): Promise<Poll<{ readonly diskId: string }>> {
  const { deps, job, memory, signal } = context;
  if (memory.operation?.kind === "create-disk")
    return pollUploadDisk(deps.azure, memory.operation, { signal });
  const { disk } = await sourceOf(context);
  const { name, subscriptionId, resourceGroup, location } = restoreParameters(job);
  const request = {
    name,
    subscriptionId,
    resourceGroup,
    location,
    sizeBytes: disk.diskBytes,
    disk: restoredDisk(job, memory),
    jobId: job.id,
    installationId: deps.installationId,
  };
  return startUploadDisk(deps.azure, request, { signal });
}
