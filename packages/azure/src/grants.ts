/** Access to the bytes of disks and snapshots: granted, extended and revoked. */
import type { AccessUri } from "@azure/arm-compute";
import { isKluisError, KluisError } from "@kluis/domain";
import { parseArmId } from "./arm-id.ts";
import type { AzureCall } from "./calls.ts";
import { triesAgain } from "./codes/outcome.ts";
import type { AzureConnection } from "./connection.ts";
import { awaitShort, type CallOptions } from "./lro.ts";
import { isDiskSnapshotId } from "./names.ts";
import { diskPointType, resourceOf, snapshotType } from "./resource.ts";
import { Sas } from "./sas.ts";
import type { Grant } from "./types.ts";

/** Long enough for a large disk's segment, short enough that a forgotten grant ends soon. */
const defaultSeconds = 4 * 3600;
/** https://learn.microsoft.com/azure/virtual-machines/disks-incremental-snapshots (since February 2025) */
const maxSeconds = 60 * 24 * 3600;
/** Pause between polls when Azure sends no Retry-After: a grant takes seconds. */
const pace = { updateIntervalInMs: 1000 };

export interface GrantOptions extends CallOptions {
  readonly durationSeconds?: number;
}

interface AccessRequest {
  readonly azure: AzureConnection;
  readonly resourceId: string;
  readonly access: "Read" | "Write";
  readonly options: GrantOptions;
}

const accessCalls = {
  Read: "get read access to the disk",
  Write: "get write access to the disk",
} as const satisfies Record<AccessRequest["access"], AzureCall>;

type AccessBody = { access: string; durationInSeconds: number };

/** Requests access and waits for it: it takes seconds. */
async function grant(
  { azure, resourceId, access, options }: AccessRequest,
  begin: (body: AccessBody, settings: typeof pace & { abortSignal: AbortSignal }) => PromiseLike<AccessUri>,
): Promise<Grant> {
  const seconds = Math.min(options.durationSeconds ?? defaultSeconds, maxSeconds);
  const requestedAt = azure.now();
  const { accessSAS } = await awaitShort(
    { operation: accessCalls[access], target: resourceId },
    (abort) => begin({ access, durationInSeconds: seconds }, { ...pace, ...abort }),
    options,
  );
  // The SDK reports success without a URL when the answer's Location header was missing.
  if (!accessSAS) {
    throw new KluisError("AZURE_FAILED", {
      reason: "no-access-url",
      message: "Azure granted access to the disk without a URL.",
      action: triesAgain,
      params: { resourceId },
    });
  }
  const endpoints = azure.endpointsOf(parseArmId(resourceId).subscriptionId);
  return {
    resourceId,
    sas: new Sas(accessSAS, endpoints),
    expiresAt: requestedAt + seconds * 1000,
  };
}

/**
 * Gets read access to the disk of a restore point, or to the snapshot of a disk. While a grant is open, Azure extends it and
 * returns the same URL, so several processes can hold and renew one grant.
 */
export async function grantRead(
  azure: AzureConnection,
  resourceId: string,
  options: GrantOptions = {},
): Promise<Grant> {
  const request = { azure, resourceId, access: "Read", options } as const;
  if (isDiskSnapshotId(resourceId)) {
    const { client, path } = resourceOf<1>(azure, resourceId, snapshotType);
    return grant(request, (body, settings) => client.snapshots.grantAccess(...path, body, settings));
  }
  const { client, path } = resourceOf<3>(azure, resourceId, diskPointType);
  return grant(request, (body, settings) => client.diskRestorePoint.grantAccess(...path, body, settings));
}

type Revoke = (settings: typeof pace & { abortSignal: AbortSignal }) => PromiseLike<unknown>;

function revokerOf(azure: AzureConnection, resourceId: string): Revoke {
  if (isDiskSnapshotId(resourceId)) {
    const { client, path } = resourceOf<1>(azure, resourceId, snapshotType);
    return (settings) => client.snapshots.revokeAccess(...path, settings);
  }
  const { client, path } = resourceOf<3>(azure, resourceId, diskPointType);
  return (settings) => client.diskRestorePoint.revokeAccess(...path, settings);
}

/** Ends read access: every URL of the snapshot's disk stops working immediately. A missing one is success. */
export async function revokeRead(
  azure: AzureConnection,
  resourceId: string,
  options: CallOptions = {},
): Promise<void> {
  const revoke = revokerOf(azure, resourceId);
  try {
    await awaitShort(
      { operation: "end read access to the disk", target: resourceId },
      (abort) => revoke({ ...pace, ...abort }),
      options,
    );
  } catch (error) {
    if (!isKluisError(error, "AZURE_NOT_FOUND")) throw error;
  }
}

/** Gets write access to an upload disk (ReadyToUpload → ActiveUpload). A repeated call extends it under the same URL. */
export async function grantWrite(
  azure: AzureConnection,
  diskId: string,
  options: GrantOptions = {},
): Promise<Grant> {
  const { client, path } = resourceOf<1>(azure, diskId, "disks");
  return grant({ azure, resourceId: diskId, access: "Write", options }, (body, settings) =>
    client.disks.grantAccess(...path, body, settings),
  );
}
