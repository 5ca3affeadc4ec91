import type { AccessUri } from "@azure/arm-compute";
import { isKluisError, KluisError } from "@kluis/domain";
import { namesOf } from "./arm-id.ts";
import type { AzureConnection } from "./connection.ts";
import { awaitShort, type StepOptions } from "./lro.ts";
import { Sas } from "./sas.ts";
import type { Grant } from "./types.ts";

const diskPointType = "restorePointCollections/restorePoints/diskRestorePoints";
/** Long enough for a large disk's segment, short enough that a forgotten grant ends by itself. */
const defaultSeconds = 4 * 3600;
/** https://learn.microsoft.com/azure/virtual-machines/disks-incremental-snapshots (since February 2025) */
const maxSeconds = 60 * 24 * 3600;
/** Grants take seconds: looked at every second, since Azure's Retry-After rules when it is sent. */
const pace = { updateIntervalInMs: 1000 };

export interface GrantOptions extends StepOptions {
  readonly durationSeconds?: number;
}

function secondsOf(options: GrantOptions): number {
  return Math.min(options.durationSeconds ?? defaultSeconds, maxSeconds);
}

/** A grant without a URL is a known trap of the SDK: the answer's Location was missing, and no error came. */
function grantOf(
  resourceId: string,
  access: AccessUri,
  asked: { readonly at: number; readonly seconds: number },
): Grant {
  if (!access.accessSAS) {
    throw new KluisError("AZURE_FAILED", {
      message: "Azure granted access to the disk without saying where.",
      action: "Kluis tries again by itself.",
      params: { resourceId },
    });
  }
  return { resourceId, sas: new Sas(access.accessSAS), expiresAt: asked.at + asked.seconds * 1000 };
}

/**
 * Gets read access to a disk's restore point. Asked again while a grant is open, Azure extends it and gives the same URL,
 * so several processes may hold and renew one grant. Waits for it: it takes seconds.
 */
export async function grantRead(
  azure: AzureConnection,
  diskRestorePointId: string,
  options: GrantOptions = {},
): Promise<Grant> {
  const { subscriptionId, resourceGroup, names } = namesOf<3>(diskRestorePointId, diskPointType);
  const [collection, point, disk] = names;
  const asked = { at: Date.now(), seconds: secondsOf(options) };
  const body = { access: "Read", durationInSeconds: asked.seconds };
  const client = azure.compute(subscriptionId);
  const access = await awaitShort(
    { operation: "get read access to the disk", target: diskRestorePointId },
    (abort) =>
      client.diskRestorePoint.grantAccess(resourceGroup, collection, point, disk, body, {
        ...pace,
        ...abort,
      }),
    options,
  );
  return grantOf(diskRestorePointId, access, asked);
}

/** Ends read access; every URL of the disk's restore point dies at once. Missing is success. */
export async function revokeRead(
  azure: AzureConnection,
  diskRestorePointId: string,
  options: StepOptions = {},
): Promise<void> {
  const { subscriptionId, resourceGroup, names } = namesOf<3>(diskRestorePointId, diskPointType);
  const [collection, point, disk] = names;
  const client = azure.compute(subscriptionId);
  try {
    await awaitShort(
      { operation: "end read access to the disk", target: diskRestorePointId },
      (abort) =>
        client.diskRestorePoint.revokeAccess(resourceGroup, collection, point, disk, { ...pace, ...abort }),
      options,
    );
  } catch (error) {
    if (!isKluisError(error, "AZURE_NOT_FOUND")) throw error;
  }
}

/** Gets write access to an upload disk (state ReadyToUpload → ActiveUpload). Again: the same URL, longer. */
export async function grantWrite(
  azure: AzureConnection,
  diskId: string,
  options: GrantOptions = {},
): Promise<Grant> {
  const { subscriptionId, resourceGroup, names } = namesOf<1>(diskId, "disks");
  const asked = { at: Date.now(), seconds: secondsOf(options) };
  const body = { access: "Write", durationInSeconds: asked.seconds };
  const client = azure.compute(subscriptionId);
  const access = await awaitShort(
    { operation: "get write access to the disk", target: diskId },
    (abort) => client.disks.grantAccess(resourceGroup, names[0], body, { ...pace, ...abort }),
    options,
  );
  return grantOf(diskId, access, asked);
}
