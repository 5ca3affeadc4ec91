import { randomUUID } from "node:crypto";
import { type Disk, restorePoller } from "@azure/arm-compute";
import { isKluisError, KluisError, vhdFooterBytes } from "@kluis/domain";
import { namesOf } from "./arm-id.ts";
import { call, missingAsNull } from "./call.ts";
import { type AzureConnection, abortable } from "./connection.ts";
import { grantWrite } from "./grants.ts";
import { awaitShort, clientOf, continueStep, type Step, type StepOptions, startStep } from "./lro.ts";
import { jobTag, jobTags } from "./names.ts";
import { openPageWriter } from "./page-writer.ts";
import type { AzureOperation, Poll, UploadDiskRequest } from "./types.ts";

const MIB = 1024 * 1024;
const smallestBytes = 20 * MIB;

function diskIdOf(request: UploadDiskRequest): string {
  return `/subscriptions/${request.subscriptionId}/resourceGroups/${request.resourceGroup}/providers/Microsoft.Compute/disks/${request.name}`;
}

function checkSize(sizeBytes: number): void {
  if (Number.isSafeInteger(sizeBytes) && sizeBytes >= smallestBytes && sizeBytes % MIB === 0) return;
  throw new KluisError("INPUT_INVALID", {
    message: `A disk of ${sizeBytes} bytes can't be uploaded: Azure wants a whole number of MiB, at least 20.`,
  });
}

async function readDisk(azure: AzureConnection, diskId: string, options: StepOptions): Promise<Disk | null> {
  const { subscriptionId, resourceGroup, names } = namesOf<1>(diskId, "disks");
  return missingAsNull(
    call({ operation: "read the disk", target: diskId }, () =>
      azure.compute(subscriptionId).disks.get(resourceGroup, names[0], abortable(options)),
    ),
  );
}

function created(operation: Omit<AzureOperation, "poller">): Step<Disk, { readonly diskId: string }> {
  return {
    operation,
    words: "create the disk",
    finish: async (model) => ({ diskId: model?.id ?? operation.target }),
  };
}

/**
 * Creates the empty disk that a restore is written to. A disk that this job made before is taken up again.
 *
 * @throws KluisError CONFLICT when a disk of that name exists that is not this job's
 */
export async function startUploadDisk(
  azure: AzureConnection,
  request: UploadDiskRequest,
  options: StepOptions = {},
): Promise<Poll<{ readonly diskId: string }>> {
  checkSize(request.sizeBytes);
  const target = diskIdOf(request);
  const present = await readDisk(azure, target, options);
  if (present?.tags?.[jobTag] === request.jobId)
    return { status: "done", result: { diskId: present.id ?? target } };
  if (present) {
    throw new KluisError("CONFLICT", {
      message: `A disk named ${request.name} exists already in resource group ${request.resourceGroup}.`,
      action: "Choose another name for the restored disk.",
      params: { diskId: target },
    });
  }
  const body: Disk = {
    location: request.location,
    sku: { name: request.sku },
    tags: jobTags(request),
    creationData: { createOption: "Upload", uploadSizeBytes: request.sizeBytes + vhdFooterBytes },
    ...(request.osType === null ? {} : { osType: request.osType === "windows" ? "Windows" : "Linux" }),
    ...(request.hyperVGeneration === null ? {} : { hyperVGeneration: request.hyperVGeneration }),
    ...(request.zones.length > 0 ? { zones: [...request.zones] } : {}),
  };
  const { disks } = azure.compute(request.subscriptionId);
  const operation = { kind: "create-disk", target, subscriptionId: request.subscriptionId } as const;
  return startStep(
    () => disks.createOrUpdate(request.resourceGroup, request.name, body, abortable(options)),
    created(operation),
    options,
  );
}

export async function pollUploadDisk(
  azure: AzureConnection,
  operation: AzureOperation,
  options: StepOptions = {},
): Promise<Poll<{ readonly diskId: string }>> {
  const client = clientOf(azure, operation);
  return continueStep(
    (state) => restorePoller(client, state, client.disks.createOrUpdate),
    { ...created(operation), operation },
    options,
  );
}

function done(operation: Omit<AzureOperation, "poller">, words: string): Step<unknown, null> {
  return { operation, words, finish: async () => null };
}

function removed(operation: Omit<AzureOperation, "poller">): Step<unknown, DiskRemoval> {
  return { operation, words: "delete the disk", finish: async () => "gone" };
}

/** Ends the upload: access is revoked, and Azure checks the VHD footer now. @throws KluisError AZURE_REJECTED (InvalidVhd) */
export async function startFinishUpload(
  azure: AzureConnection,
  diskId: string,
  options: StepOptions = {},
): Promise<Poll<null>> {
  const { subscriptionId, resourceGroup, names } = namesOf<1>(diskId, "disks");
  const { disks } = azure.compute(subscriptionId);
  const operation = { kind: "finish-upload", target: diskId, subscriptionId } as const;
  return startStep(
    () => disks.revokeAccess(resourceGroup, names[0], abortable(options)),
    done(operation, "end the upload to the disk"),
    options,
  );
}

export async function pollFinishUpload(
  azure: AzureConnection,
  operation: AzureOperation,
  options: StepOptions = {},
): Promise<Poll<null>> {
  const client = clientOf(azure, operation);
  return continueStep(
    (state) => restorePoller(client, state, client.disks.revokeAccess),
    { ...done(operation, "end the upload to the disk"), operation },
    options,
  );
}

/** `gone`: there is no such disk any more. `foreign`: a disk of that name is there, was made by somebody else, and stays. */
export type DiskRemoval = "gone" | "foreign";

/**
 * Deletes the disk that a job made. A disk of that name without the job's tag is never touched: it is somebody's data.
 * An open upload is ended first (Azure refuses otherwise). Missing is success.
 */
export async function startDeleteDisk(
  azure: AzureConnection,
  { diskId, jobId }: { readonly diskId: string; readonly jobId: string },
  options: StepOptions = {},
): Promise<Poll<DiskRemoval>> {
  const { subscriptionId, resourceGroup, names } = namesOf<1>(diskId, "disks");
  const disk = await readDisk(azure, diskId, options);
  if (!disk) return { status: "done", result: "gone" };
  if (disk.tags?.[jobTag] !== jobId) return { status: "done", result: "foreign" };
  const { disks } = azure.compute(subscriptionId);
  if (disk.diskState === "ActiveSAS" || disk.diskState === "ActiveUpload") {
    await abandonUpload(azure, disk, options);
  }
  const operation = { kind: "delete-disk", target: diskId, subscriptionId } as const;
  return startStep(
    () => disks.delete(resourceGroup, names[0], abortable(options)),
    removed(operation),
    options,
  );
}

/**
 * Ends an upload that shall not be finished. Azure refuses to end one without a valid footer, and to delete a disk whose
 * upload is open: so a footer is written, and the upload ended, before the disk goes.
 */
async function abandonUpload(azure: AzureConnection, disk: Disk, options: StepOptions): Promise<void> {
  const diskId = disk.id ?? "";
  const { subscriptionId, resourceGroup, names } = namesOf<1>(diskId, "disks");
  const end = () =>
    awaitShort(
      { operation: "end the upload to the disk", target: diskId },
      (abort) => azure.compute(subscriptionId).disks.revokeAccess(resourceGroup, names[0], abort),
      options,
    );
  try {
    await end();
  } catch (error) {
    if (!isKluisError(error, "AZURE_REJECTED")) throw error;
    const grant = await grantWrite(azure, diskId, options);
    const uploadBytes = disk.creationData?.uploadSizeBytes ?? 0;
    const writer = openPageWriter({ grant, diskBytes: uploadBytes - vhdFooterBytes });
    await writer.writeFooter(randomUUID(), options.signal ?? new AbortController().signal);
    await end();
  }
}

export async function pollDeleteDisk(
  azure: AzureConnection,
  operation: AzureOperation,
  options: StepOptions = {},
): Promise<Poll<DiskRemoval>> {
  const client = clientOf(azure, operation);
  return continueStep(
    (state) => restorePoller(client, state, client.disks.delete),
    { ...removed(operation), operation },
    options,
  );
}
