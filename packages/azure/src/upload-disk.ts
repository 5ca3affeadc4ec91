/** The disk that a restore writes to: created empty, finished, or removed again. */
import { randomUUID } from "node:crypto";
import { type Disk, restorePoller } from "@azure/arm-compute";
import { type DiskAccess, isKluisError, KluisError, vhdFooterBytes } from "@kluis/domain";
import { type AzureConnection, abortable } from "./connection.ts";
import { readDisk } from "./disks.ts";
import { grantWrite } from "./grants.ts";
import {
  awaitShort,
  type CallOptions,
  type OperationKind,
  type OperationTarget,
  pollerOf,
  startOperation,
} from "./lro.ts";
import { jobTag } from "./names.ts";
import type { Poll } from "./operation.ts";
import { openPageWriter } from "./page-writer.ts";
import { resourceOf } from "./resource.ts";
import { accessUpdate, diskBodyOf } from "./restored-disk.ts";
import type { UploadDiskRequest } from "./types.ts";

const MIB = 1024 * 1024;
const smallestBytes = 20 * MIB;

function diskIdOf(request: UploadDiskRequest): string {
  return `/subscriptions/${request.subscriptionId}/resourceGroups/${request.resourceGroup}/providers/Microsoft.Compute/disks/${request.name}`;
}

function checkSize(sizeBytes: number): void {
  if (Number.isSafeInteger(sizeBytes) && sizeBytes >= smallestBytes && sizeBytes % MIB === 0) return;
  throw new KluisError("INPUT_INVALID", {
    reason: "value",
    message: `Azure accepts no disk of ${sizeBytes} bytes: the size must be a whole number of MiB, at least 20.`,
    params: { sizeBytes, smallestBytes },
  });
}

const creation: OperationKind<Disk, { readonly diskId: string }> = {
  kind: "create-disk",
  words: "create the disk",
  resume: (client, state) => restorePoller(client, state, client.disks.createOrUpdate),
  finish: async (model, { target }) => ({ diskId: model?.id ?? target }),
};

/**
 * Creates the empty disk that a restore writes to, or finds the one that this job created before.
 *
 * @throws KluisError CONFLICT when the name belongs to a disk that is not this job's
 */
export async function startUploadDisk(
  azure: AzureConnection,
  request: UploadDiskRequest,
  options: CallOptions = {},
): Promise<Poll<{ readonly diskId: string }>> {
  const { name, resourceGroup } = request;
  checkSize(request.sizeBytes);
  const target = diskIdOf(request);
  const present = await readDisk(azure, target, options);
  if (present?.tags?.[jobTag] === request.jobId)
    return { status: "done", result: { diskId: present.id ?? target } };
  if (present) {
    throw new KluisError("CONFLICT", {
      reason: "disk-name-taken",
      message: `Resource group ${resourceGroup} already has a disk named ${name}.`,
      action: "Choose another name for the restored disk.",
      params: { diskId: target, name, resourceGroup },
    });
  }
  const { client, path } = resourceOf<1>(azure, target, "disks");
  return startOperation(creation, { azure, target, ...options }, () =>
    client.disks.createOrUpdate(...path, diskBodyOf(request), abortable(options)),
  );
}

/** Polls the creation of an upload disk. */
export const pollUploadDisk = pollerOf(creation);

const finishing: OperationKind<unknown, null> = {
  kind: "finish-upload",
  words: "end the upload to the disk",
  resume: (client, state) => restorePoller(client, state, client.disks.revokeAccess),
  finish: async () => null,
};

/** Ends the upload by revoking access; Azure checks the VHD footer now. @throws KluisError AZURE_REJECTED (InvalidVhd) */
export async function startFinishUpload(
  azure: AzureConnection,
  diskId: string,
  options: CallOptions = {},
): Promise<Poll<null>> {
  const { client, path } = resourceOf<1>(azure, diskId, "disks");
  return startOperation(finishing, { azure, target: diskId, ...options }, () =>
    client.disks.revokeAccess(...path, abortable(options)),
  );
}

/** Polls the end of an upload. @throws KluisError AZURE_REJECTED (InvalidVhd) */
export const pollFinishUpload = pollerOf(finishing);

const closing: OperationKind<unknown, null> = {
  kind: "update-disk",
  words: "set the network access of the disk",
  resume: (client, state) => restorePoller(client, state, client.disks.update),
  finish: async () => null,
};

/** Sets the network access of a disk whose upload has ended. Repeated, it changes nothing. */
export async function startSetAccess(
  azure: AzureConnection,
  { diskId, access }: { readonly diskId: string; readonly access: DiskAccess },
  options: CallOptions = {},
): Promise<Poll<null>> {
  const { client, path } = resourceOf<1>(azure, diskId, "disks");
  return startOperation(closing, { azure, target: diskId, ...options }, () =>
    client.disks.update(...path, accessUpdate(access), abortable(options)),
  );
}

/** Polls a change of network access. */
export const pollSetAccess = pollerOf(closing);

/** `gone`: the disk no longer exists. `foreign`: the name belongs to a disk of another owner, which is kept. */
export type DiskRemoval = "gone" | "foreign";

const deletion: OperationKind<unknown, DiskRemoval> = {
  kind: "delete-disk",
  words: "delete the disk",
  resume: (client, state) => restorePoller(client, state, client.disks.delete),
  finish: async () => "gone",
};

/**
 * Deletes the disk that a job created; ends an open upload first, because Azure refuses otherwise. A missing disk is
 * success. Never touches a disk without the job's tag: it is another owner's data.
 */
export async function startDeleteDisk(
  azure: AzureConnection,
  { diskId, jobId }: { readonly diskId: string; readonly jobId: string },
  options: CallOptions = {},
): Promise<Poll<DiskRemoval>> {
  const site = { azure, target: diskId, ...options };
  const disk = await readDisk(azure, diskId, options);
  if (!disk) return { status: "done", result: "gone" };
  if (disk.tags?.[jobTag] !== jobId) return { status: "done", result: "foreign" };
  if (disk.diskState === "ActiveSAS" || disk.diskState === "ActiveUpload") {
    await abandonUpload({ ...site, target: disk.id ?? diskId }, disk);
  }
  const { client, path } = resourceOf<1>(azure, diskId, "disks");
  return startOperation(deletion, site, () => client.disks.delete(...path, abortable(options)));
}

/**
 * Ends an upload that will never be finished, so that the caller can delete the disk. Azure deletes a disk only after its
 * upload, and ends an upload only with a valid footer: if necessary, this function writes one.
 */
async function abandonUpload({ azure, target, signal }: OperationTarget, disk: Disk): Promise<void> {
  const { client, path } = resourceOf<1>(azure, target, "disks");
  const end = () =>
    awaitShort({ operation: finishing.words, target }, (abort) => client.disks.revokeAccess(...path, abort), {
      signal,
    });
  try {
    await end();
  } catch (error) {
    if (!isKluisError(error, "AZURE_REJECTED")) throw error;
    const grant = await grantWrite(azure, target, { signal });
    const uploadBytes = disk.creationData?.uploadSizeBytes ?? 0;
    const writer = openPageWriter({ grant, diskBytes: uploadBytes - vhdFooterBytes });
    await writer.writeFooter(randomUUID(), signal ?? new AbortController().signal);
    await end();
  }
}

/**
 * Ends the write access that a job opened on its disk. A missing disk, and one without the job's tag, is success: the access ended
 * with the job's own disk.
 */
export async function revokeWrite(
  azure: AzureConnection,
  { diskId, jobId }: { readonly diskId: string; readonly jobId: string | null },
  options: CallOptions = {},
): Promise<void> {
  const disk = await readDisk(azure, diskId, options);
  if (!disk || jobId === null || disk.tags?.[jobTag] !== jobId) return;
  if (disk.diskState !== "ActiveSAS" && disk.diskState !== "ActiveUpload") return;
  await abandonUpload({ azure, target: disk.id ?? diskId, ...options }, disk);
}

/** Polls the deletion of a disk. */
export const pollDeleteDisk = pollerOf(deletion);
