/** Restore points of VMs: created, polled and read. delete-restore-point.ts removes them. */
import {
  type DiskRestorePoint,
  type RestorePoint,
  type RestorePointCollection,
  restorePoller,
} from "@azure/arm-compute";
import { type AzureConsistency, KluisError } from "@kluis/domain";
import { call, missingAsNull } from "./call.ts";
import { triesAgain } from "./codes/outcome.ts";
import { type AzureConnection, abortable } from "./connection.ts";
import { type Creation, continueCreation, creationPoller } from "./creation.ts";
import { hasAzureCode, recoded } from "./errors.ts";
import {
  awaitShort,
  type CallOptions,
  type OperationKind,
  type OperationTarget,
  startOperation,
} from "./lro.ts";
import { collectionTags, restorePointIds } from "./names.ts";
import type { Poll } from "./operation.ts";
import { collectionType, diskPointType, pointType, resourceOf } from "./resource.ts";
import type { DiskRestorePointFacts, DiskSlot, RestorePointFacts, RestorePointRequest } from "./types.ts";

async function readPoint({ azure, target, signal }: OperationTarget): Promise<RestorePoint | null> {
  const { client, path } = resourceOf<2>(azure, target, pointType);
  return missingAsNull(
    call({ operation: "read the restore point", target }, () =>
      client.restorePoints.get(...path, abortable({ signal })),
    ),
  );
}

const levels: Readonly<Record<string, AzureConsistency>> = {
  ApplicationConsistent: "application",
  FileSystemConsistent: "file-system",
  CrashConsistent: "crash",
};

interface DiskOfPoint {
  readonly slot: DiskSlot;
  readonly id: string;
  readonly sourceDiskId: string;
  readonly sizeGb: number | null;
}

function disksOfPoint(point: RestorePoint): DiskOfPoint[] {
  const { osDisk, dataDisks = [] } = point.sourceMetadata?.storageProfile ?? {};
  const all = [
    ...(osDisk ? [{ slot: "os" as const, disk: osDisk }] : []),
    ...dataDisks.map((disk) => ({ slot: disk.lun ?? -1, disk })),
  ];
  return all.flatMap(({ slot, disk }) => {
    const id = disk.diskRestorePoint?.id;
    return id === undefined
      ? []
      : [{ slot, id, sourceDiskId: disk.managedDisk?.id ?? "", sizeGb: disk.diskSizeGB ?? null }];
  });
}

async function diskPointFacts(azure: AzureConnection, disk: DiskOfPoint): Promise<DiskRestorePointFacts> {
  const { client, path } = resourceOf<3>(azure, disk.id, diskPointType);
  const found: DiskRestorePoint = await call(
    { operation: "read the disk's restore point", target: disk.id },
    () => client.diskRestorePoint.get(...path),
  );
  return {
    id: disk.id,
    name: found.name ?? path[3],
    slot: disk.slot,
    sourceDiskId: found.sourceResourceId ?? disk.sourceDiskId,
    sourceUniqueId: found.sourceUniqueId ?? "",
    familyId: found.familyId ?? "",
    completionPercent: found.completionPercent ?? 100,
    sizeBytes: null,
    sizeGb: disk.sizeGb,
  };
}

function failed(restorePointId: string, reason: keyof typeof failures): KluisError {
  const message = failures[reason];
  return new KluisError("AZURE_FAILED", { reason, message, action: triesAgain, params: { restorePointId } });
}

const failures = {
  "restore-point-failed": "Azure could not create the restore point.",
  "restore-point-lost": "The restore point disappeared while Azure created it.",
  "restore-point-without-time": "Azure does not report when it created the restore point.",
  "restore-point-without-disks": "Azure created a restore point without any disk.",
} as const;

/**
 * The instant of a restore point. Retention counts from it, so a missing instant is an error, and never replaced by a guess.
 * @throws KluisError AZURE_FAILED
 */
export function takenAt(id: string, { timeCreated }: Pick<RestorePoint, "timeCreated">): Date {
  if (timeCreated !== undefined) return timeCreated;
  throw failed(id, "restore-point-without-time");
}

async function pointFacts(
  azure: AzureConnection,
  id: string,
  point: RestorePoint,
): Promise<RestorePointFacts> {
  const disks = await Promise.all(disksOfPoint(point).map((disk) => diskPointFacts(azure, disk)));
  if (disks.length === 0) throw failed(id, "restore-point-without-disks");
  return {
    id: point.id ?? id,
    collectionId: id.slice(0, id.toLowerCase().lastIndexOf("/restorepoints/")),
    name: point.name ?? "",
    createdAt: takenAt(id, point).toISOString(),
    consistency: levels[point.consistencyMode ?? ""] ?? "crash",
    disks,
  };
}

const operation: OperationKind<RestorePoint, RestorePointFacts> = {
  kind: "restore-point",
  words: "create the restore point",
  resume: (client, state) => restorePoller(client, state, client.restorePoints.create),
  async finish(model, { azure, target }) {
    // A poll's model may be partial, and the first answer names no disk restore points: then the resource itself decides.
    const complete = model?.timeCreated && disksOfPoint(model).length > 0;
    const point = complete ? model : await readPoint({ azure, target });
    if (point) return pointFacts(azure, target, point);
    throw failed(target, "restore-point-lost");
  },
};

/** Reads a collection with its restore points; null when it is missing. */
export async function readCollection(
  azure: AzureConnection,
  collectionId: string,
  options: CallOptions = {},
): Promise<RestorePointCollection | null> {
  const { client, path } = resourceOf<1>(azure, collectionId, collectionType);
  const query = { expand: "restorePoints", ...abortable(options) } as const;
  return missingAsNull(
    call({ operation: "read the restore point collection", target: collectionId }, () =>
      client.restorePointCollections.get(...path, query),
    ),
  );
}

async function ensureCollection(
  azure: AzureConnection,
  request: RestorePointRequest,
  options: CallOptions,
): Promise<void> {
  const { collectionId } = restorePointIds(request);
  const { client, path } = resourceOf<1>(azure, collectionId, collectionType);
  const body = { location: request.location, tags: collectionTags(request), source: { id: request.vmId } };
  await call({ operation: "create the restore point collection", target: collectionId }, () =>
    client.restorePointCollections.createOrUpdate(...path, body, abortable(options)),
  );
}

async function removeFailed({ azure, target, signal }: OperationTarget): Promise<void> {
  const { client, path } = resourceOf<2>(azure, target, pointType);
  await awaitShort(
    { operation: "delete the failed restore point", target },
    (abort) => client.restorePoints.delete(...path, { updateIntervalInMs: 1000, ...abort }),
    { signal },
  );
}

const creation: Creation<RestorePoint, RestorePointFacts> = {
  operation,
  read: readPoint,
  removeFailed,
  resultOf: (point, { azure, target }) => pointFacts(azure, target, point),
  failed: (target, how) => failed(target, `restore-point-${how}`),
};

/**
 * Makes sure that the job's restore point exists: finds the one that an earlier run created or is creating, or creates it.
 * Deletes what a failed run left under the name first.
 *
 * @throws KluisError AGENT_NOT_READY, AZURE_THROTTLED (too many restore points of this VM), AZURE_CONFLICT, …
 */
export async function startRestorePoint(
  azure: AzureConnection,
  request: RestorePointRequest,
  options: CallOptions = {},
): Promise<Poll<RestorePointFacts>> {
  const { restorePointId: target } = restorePointIds(request);
  const site = { azure, target, ...options };
  const found = await continueCreation(creation, site);
  if (found !== null) return found;
  await ensureCollection(azure, request, options);

  const { client, path } = resourceOf<2>(azure, target, pointType);
  const body: RestorePoint = {
    ...(request.crashConsistent ? { consistencyMode: "CrashConsistent" } : {}),
    ...(request.excludeDiskIds.length > 0
      ? { excludeDisks: request.excludeDiskIds.map((id) => ({ id })) }
      : {}),
  };
  try {
    return await startOperation(operation, site, () =>
      client.restorePoints.create(...path, body, abortable(options)),
    );
  } catch (error) {
    // The empty collection was removed in between: the next attempt creates it again.
    throw hasAzureCode(error, "ParentResourceNotFound") ? recoded(error, "busy") : error;
  }
}

/** Polls the creation of a restore point. */
export const pollRestorePoint = creationPoller(creation);

/** Whether Azure has the restore point, in any state. */
export async function hasRestorePoint(
  azure: AzureConnection,
  restorePointId: string,
  options: CallOptions = {},
): Promise<boolean> {
  return (await readPoint({ azure, target: restorePointId, ...options })) !== null;
}

/** The facts of a finished restore point; null when it is missing or never succeeded. */
export async function getRestorePoint(
  azure: AzureConnection,
  restorePointId: string,
  options: CallOptions = {},
): Promise<RestorePointFacts | null> {
  const point = await readPoint({ azure, target: restorePointId, ...options });
  return point?.provisioningState === "Succeeded" ? pointFacts(azure, restorePointId, point) : null;
}
