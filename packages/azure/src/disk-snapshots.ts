/**
 * Incremental snapshots of single managed disks, for VMs that cannot have a restore point: created, polled, read and removed.
 * https://learn.microsoft.com/azure/virtual-machines/disks-incremental-snapshots
 */
import { restorePoller, type Snapshot } from "@azure/arm-compute";
import { isKluisError, KluisError } from "@kluis/domain";
import { call, missingAsNull } from "./call.ts";
import { triesAgain } from "./codes/outcome.ts";
import { type AzureConnection, abortable } from "./connection.ts";
import { type Creation, continueCreation, creationPoller } from "./creation.ts";
import { deletionOf } from "./deletion.ts";
import { revokeRead } from "./grants.ts";
import {
  awaitShort,
  type CallOptions,
  type OperationKind,
  type OperationTarget,
  startOperation,
} from "./lro.ts";
import { diskSnapshotId, snapshotTags } from "./names.ts";
import type { Poll } from "./operation.ts";
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

const operation: OperationKind<Snapshot, SnapshotFacts> = {
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

async function removeFailed({ azure, target, signal }: OperationTarget): Promise<void> {
  const { client, path } = resourceOf<1>(azure, target, snapshotType);
  await awaitShort(
    { operation: "delete the failed disk snapshot", target },
    (abort) => client.snapshots.delete(...path, { updateIntervalInMs: 1000, ...abort }),
    { signal },
  );
}

const creation: Creation<Snapshot, SnapshotFacts> = {
  operation,
  read: readSnapshot,
  removeFailed,
  resultOf: (snapshot, { target }) => factsOf(target, snapshot),
  failed: (target, how) => failed(target, `disk-snapshot-${how}`),
};

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
  const found = await continueCreation(creation, site);
  if (found !== null) return found;
  const { client, path } = resourceOf<1>(azure, target, snapshotType);
  return startOperation(operation, site, () =>
    client.snapshots.createOrUpdate(...path, bodyOf(request), abortable(options)),
  );
}

/** Polls the creation of a disk snapshot. */
export const pollDiskSnapshot = creationPoller(creation);

/** Whether Azure has the snapshot, in any state. */
export async function hasDiskSnapshot(
  azure: AzureConnection,
  snapshotId: string,
  options: CallOptions = {},
): Promise<boolean> {
  return (await readSnapshot({ azure, target: snapshotId, ...options })) !== null;
}

const deletion = deletionOf({
  operation: {
    kind: "delete-disk-snapshot",
    words: "delete the disk snapshot",
    resume: (client, state) => restorePoller(client, state, client.snapshots.delete),
    finish: async () => null,
  },
  begin(site) {
    const { client, path } = resourceOf<1>(site.azure, site.target, snapshotType);
    return client.snapshots.delete(...path, abortable(site));
  },
  isBeingRead: (error) => isKluisError(error, "AZURE_CONFLICT") && error.reason === "being-read",
  revoke: ({ azure, target, signal }) => revokeRead(azure, target, { signal }),
});

/** Deletes a disk snapshot; revokes open read access first. A missing one is success. Newer snapshots of the disk stay whole. */
export const startDeleteDiskSnapshot = deletion.start;
export const pollDeleteDiskSnapshot = deletion.poll;
