/**
 * Incremental snapshots of single managed disks, for VMs that cannot have a restore point: created, polled, read and removed.
 * https://learn.microsoft.com/azure/virtual-machines/disks-incremental-snapshots
 */
import { restorePoller, type Snapshot } from "@azure/arm-compute";
import { isKluisError, KluisError } from "@kluis/domain";
import { parseArmId } from "./arm-id.ts";
import { call, missingAsNull } from "./call.ts";
import { triesAgain } from "./codes/outcome.ts";
import { type AzureConnection, abortable } from "./connection.ts";
import { revokeRead } from "./grants.ts";
import {
  awaitShort,
  type CallOptions,
  type OperationKind,
  type OperationTarget,
  pollOperation,
  pollPause,
  startOperation,
} from "./lro.ts";
import { diskSnapshotId, snapshotTags } from "./names.ts";
import type { AzureOperation, Poll } from "./operation.ts";
import { resourceOf, snapshotType } from "./resource.ts";
import type { DiskSnapshotFacts, DiskSnapshotRequest } from "./types.ts";

async function readSnapshot({ azure, target, signal }: OperationTarget): Promise<Snapshot | null> {
  const { client, path } = resourceOf<1>(azure, target, snapshotType);
  return missingAsNull(
    call({ operation: "read the disk snapshot", target }, () =>
      client.snapshots.get(...path, abortable({ signal })),
    ),
  );
}

const failures = {
  "disk-snapshot-failed": "Azure could not create the snapshot of the disk.",
  "disk-snapshot-lost": "The snapshot of the disk disappeared while Azure created it.",
  "disk-snapshot-without-time": "Azure does not report when it created the snapshot of the disk.",
} as const;

function failed(snapshotId: string, reason: keyof typeof failures): KluisError {
  const message = failures[reason];
  return new KluisError("AZURE_FAILED", { reason, message, action: triesAgain, params: { snapshotId } });
}

/** What Azure says about a finished snapshot, without its place in the VM: Azure does not record that. */
type SnapshotFacts = Omit<DiskSnapshotFacts, "slot">;

function factsOf(target: string, snapshot: Snapshot): SnapshotFacts {
  // A copy that ended early never becomes readable.
  if (snapshot.copyCompletionError) throw failed(target, "disk-snapshot-failed");
  if (snapshot.timeCreated === undefined) throw failed(target, "disk-snapshot-without-time");
  const { creationData } = snapshot;
  return {
    id: snapshot.id ?? target,
    name: snapshot.name ?? "",
    createdAt: snapshot.timeCreated.toISOString(),
    sourceDiskId: creationData?.sourceResourceId ?? "",
    sourceUniqueId: creationData?.sourceUniqueId ?? "",
    familyId: snapshot.incrementalSnapshotFamilyId ?? "",
    completionPercent: snapshot.completionPercent ?? 100,
    sizeBytes: snapshot.diskSizeBytes ?? null,
    sizeGb: snapshot.diskSizeGB ?? null,
  };
}

const creation: OperationKind<Snapshot, SnapshotFacts> = {
  kind: "disk-snapshot",
  words: "create the disk snapshot",
  resume: (client, state) => restorePoller(client, state, client.snapshots.createOrUpdate),
  // The operation's last answer lacks the family and the progress of the copy: the resource itself decides.
  async finish(_model, site) {
    const snapshot = await readSnapshot(site);
    if (snapshot) return factsOf(site.target, snapshot);
    throw failed(site.target, "disk-snapshot-lost");
  },
};

/** Polls by the resource's own GET, for a snapshot whose operation is lost. */
function resourcePoll(target: string, polls = 1): Poll<never> {
  const { subscriptionId } = parseArmId(target);
  const operation = { kind: "disk-snapshot", target, subscriptionId, poller: "", polls } as const;
  return { status: "running", operation, retryAfterMs: pollPause(polls, null) };
}

async function removeFailed({ azure, target, signal }: OperationTarget): Promise<void> {
  const { client, path } = resourceOf<1>(azure, target, snapshotType);
  await awaitShort(
    { operation: "delete the failed disk snapshot", target },
    (abort) => client.snapshots.delete(...path, { updateIntervalInMs: 1000, ...abort }),
    { signal },
  );
}

function bodyOf(request: DiskSnapshotRequest): Snapshot {
  const { networkAccessPolicy, diskAccessId, publicNetworkAccess } = request.access;
  return {
    location: request.location,
    tags: snapshotTags(request),
    incremental: true,
    creationData: { createOption: "Copy", sourceResourceId: request.diskId },
    // A snapshot does not inherit who may reach its disk: it must never be more open.
    networkAccessPolicy,
    ...(diskAccessId === null ? {} : { diskAccessId }),
    publicNetworkAccess,
  };
}

/**
 * Makes sure that the snapshot of one disk exists: finds the one that an earlier run of this try created or is creating, or
 * creates it. Deletes what a failed run left under the name first.
 *
 * @throws KluisError AZURE_LIMIT_REACHED (snapshots), AZURE_THROTTLED (snapshots of the disk per five minutes), AZURE_NOT_FOUND, …
 */
export async function startDiskSnapshot(
  azure: AzureConnection,
  request: DiskSnapshotRequest,
  options: CallOptions = {},
): Promise<Poll<SnapshotFacts>> {
  const target = diskSnapshotId(request);
  const site = { azure, target, ...options };
  const present = await readSnapshot(site);
  if (present?.provisioningState === "Succeeded") return { status: "done", result: factsOf(target, present) };
  if (present?.provisioningState === "Failed") await removeFailed(site);
  else if (present) return resourcePoll(target);
  const { client, path } = resourceOf<1>(azure, target, snapshotType);
  return startOperation(creation, site, () =>
    client.snapshots.createOrUpdate(...path, bodyOf(request), abortable(options)),
  );
}

async function pollResource(
  azure: AzureConnection,
  { target, polls = 0 }: AzureOperation,
  options: CallOptions,
): Promise<Poll<SnapshotFacts>> {
  const snapshot = await readSnapshot({ azure, target, ...options });
  if (!snapshot) throw failed(target, "disk-snapshot-lost");
  if (snapshot.provisioningState === "Failed") throw failed(target, "disk-snapshot-failed");
  return snapshot.provisioningState === "Succeeded"
    ? { status: "done", result: factsOf(target, snapshot) }
    : resourcePoll(target, polls + 1);
}

/** Polls the creation of a disk snapshot. */
export async function pollDiskSnapshot(
  azure: AzureConnection,
  operation: AzureOperation,
  options: CallOptions = {},
): Promise<Poll<SnapshotFacts>> {
  if (operation.poller === "") return pollResource(azure, operation, options);
  try {
    return await pollOperation(creation, operation, { azure, ...options });
  } catch (error) {
    // Azure drops operations after a while; the resource still shows the outcome.
    if (isKluisError(error, "AZURE_NOT_FOUND")) return pollResource(azure, operation, options);
    throw error;
  }
}

/** Whether Azure has the snapshot, in any state. */
export async function hasDiskSnapshot(
  azure: AzureConnection,
  snapshotId: string,
  options: CallOptions = {},
): Promise<boolean> {
  return (await readSnapshot({ azure, target: snapshotId, ...options })) !== null;
}

const deletion: OperationKind<unknown, null> = {
  kind: "delete-disk-snapshot",
  words: "delete the disk snapshot",
  resume: (client, state) => restorePoller(client, state, client.snapshots.delete),
  finish: async () => null,
};

/** Azure refuses to delete a snapshot with open read access. */
const isBeingRead = (error: unknown) =>
  isKluisError(error, "AZURE_CONFLICT") && error.reason === "being-read";

async function beginDeletion(site: OperationTarget): Promise<Poll<null>> {
  const { client, path } = resourceOf<1>(site.azure, site.target, snapshotType);
  const started = startOperation(deletion, site, () => client.snapshots.delete(...path, abortable(site)));
  return (await missingAsNull(started)) ?? { status: "done", result: null };
}

/** Deletes a disk snapshot; revokes open read access first. A missing one is success. Newer snapshots of the disk stay whole. */
export async function startDeleteDiskSnapshot(
  azure: AzureConnection,
  snapshotId: string,
  options: CallOptions = {},
): Promise<Poll<null>> {
  const site = { azure, target: snapshotId, ...options };
  try {
    return await beginDeletion(site);
  } catch (error) {
    if (!isBeingRead(error)) throw error;
    await revokeRead(azure, snapshotId, options);
    return beginDeletion(site);
  }
}

/** Polls a deletion; starts it again when Azure dropped it or a reader blocked it. */
export async function pollDeleteDiskSnapshot(
  azure: AzureConnection,
  operation: AzureOperation,
  options: CallOptions = {},
): Promise<Poll<null>> {
  try {
    return await pollOperation(deletion, operation, { azure, ...options });
  } catch (error) {
    if (!isKluisError(error, "AZURE_NOT_FOUND") && !isBeingRead(error)) throw error;
    return startDeleteDiskSnapshot(azure, operation.target, options);
  }
}
