import {
  type ComputeManagementClient,
  type DiskRestorePoint,
  type RestorePoint,
  restorePoller,
} from "@azure/arm-compute";
import { isKluisError, KluisError } from "@kluis/domain";
import { namesOf } from "./arm-id.ts";
import { call, missingAsNull } from "./call.ts";
import { type AzureConnection, abortable } from "./connection.ts";
import { recoded } from "./errors.ts";
import { awaitShort, clientOf, continueStep, type Step, type StepOptions, startStep } from "./lro.ts";
import { collectionTags, restorePointIds } from "./names.ts";
import type {
  AzureOperation,
  Consistency,
  DiskRestorePointFacts,
  DiskSlot,
  Poll,
  RestorePointFacts,
  RestorePointRequest,
} from "./types.ts";

const pointType = "restorePointCollections/restorePoints";
const lookAgainMs = 4000;

/** A restore point in the middle of being made by a run that lost its operation: looked at by its own GET. */
function lookedAt(target: string, subscriptionId: string): Poll<never> {
  const operation = { kind: "restore-point", target, subscriptionId, poller: "" } as const;
  return { status: "running", operation, retryAfterMs: lookAgainMs };
}

async function readPoint(
  azure: AzureConnection,
  id: string,
  options: StepOptions,
): Promise<RestorePoint | null> {
  const { subscriptionId, resourceGroup, names } = namesOf<2>(id, pointType);
  return missingAsNull(
    call({ operation: "read the restore point", target: id }, () =>
      azure.compute(subscriptionId).restorePoints.get(resourceGroup, names[0], names[1], abortable(options)),
    ),
  );
}

const levels: Readonly<Record<string, Consistency>> = {
  ApplicationConsistent: "application",
  FileSystemConsistent: "file-system",
  CrashConsistent: "crash",
};

interface DiskOfPoint {
  readonly slot: DiskSlot;
  readonly id: string;
  readonly sourceDiskId: string;
}

function disksOfPoint(point: RestorePoint): DiskOfPoint[] {
  const { osDisk, dataDisks = [] } = point.sourceMetadata?.storageProfile ?? {};
  const all = [
    ...(osDisk ? [{ slot: "os" as const, disk: osDisk }] : []),
    ...dataDisks.map((disk) => ({ slot: disk.lun ?? -1, disk })),
  ];
  return all.flatMap(({ slot, disk }) => {
    const id = disk.diskRestorePoint?.id;
    return id === undefined ? [] : [{ slot, id, sourceDiskId: disk.managedDisk?.id ?? "" }];
  });
}

async function diskPointFacts(
  azure: AzureConnection,
  disk: DiskOfPoint,
  options: StepOptions,
): Promise<DiskRestorePointFacts> {
  const { subscriptionId, resourceGroup, names } = namesOf<3>(disk.id, `${pointType}/diskRestorePoints`);
  const [collection, point, name] = names;
  const found: DiskRestorePoint = await call(
    { operation: "read the disk's restore point", target: disk.id },
    () =>
      azure
        .compute(subscriptionId)
        .diskRestorePoint.get(resourceGroup, collection, point, name, abortable(options)),
  );
  return {
    id: disk.id,
    name: found.name ?? name,
    slot: disk.slot,
    sourceDiskId: found.sourceResourceId ?? disk.sourceDiskId,
    sourceUniqueId: found.sourceUniqueId ?? "",
    familyId: found.familyId ?? "",
    completionPercent: found.completionPercent ?? 100,
  };
}

/**
 * When a restore point was taken. Retention counts from this instant, so one that Azure does not name must not be made up.
 * @throws KluisError AZURE_FAILED
 */
export function takenAt(id: string, { timeCreated }: Pick<RestorePoint, "timeCreated">): Date {
  if (timeCreated !== undefined) return timeCreated;
  throw new KluisError("AZURE_FAILED", {
    message: "Azure does not say when the restore point was taken.",
    action: "Kluis tries again by itself.",
    params: { restorePointId: id },
  });
}

async function pointFacts(
  azure: AzureConnection,
  id: string,
  point: RestorePoint,
): Promise<RestorePointFacts> {
  const disks = await Promise.all(disksOfPoint(point).map((disk) => diskPointFacts(azure, disk, {})));
  if (disks.length === 0) {
    throw new KluisError("AZURE_FAILED", {
      message: "Azure made a restore point without any disk in it.",
      params: { restorePointId: id },
    });
  }
  return {
    id: point.id ?? id,
    collectionId: id.slice(0, id.toLowerCase().lastIndexOf("/restorepoints/")),
    name: point.name ?? "",
    createdAt: takenAt(id, point).toISOString(),
    consistency: levels[point.consistencyMode ?? ""] ?? "crash",
    disks,
  };
}

async function ensureCollection(
  azure: AzureConnection,
  request: RestorePointRequest,
  options: StepOptions,
): Promise<void> {
  const { collectionId } = restorePointIds(request);
  const { subscriptionId, resourceGroup, names } = namesOf<1>(collectionId, "restorePointCollections");
  const body = { location: request.location, tags: collectionTags(request), source: { id: request.vmId } };
  await call({ operation: "create the restore point collection", target: collectionId }, () =>
    azure
      .compute(subscriptionId)
      .restorePointCollections.createOrUpdate(resourceGroup, names[0], body, abortable(options)),
  );
}

function made(
  azure: AzureConnection,
  operation: Omit<AzureOperation, "poller">,
): Step<RestorePoint, RestorePointFacts> {
  return {
    operation,
    words: "create the restore point",
    async finish(model) {
      // The model of a poll may be partial; what counts is what the resource itself says.
      const point =
        model?.sourceMetadata && model.timeCreated ? model : await readPoint(azure, operation.target, {});
      if (point) return pointFacts(azure, operation.target, point);
      throw new KluisError("AZURE_FAILED", {
        message: "The restore point vanished while it was being created.",
        params: { restorePointId: operation.target },
      });
    },
  };
}

async function removeFailed(azure: AzureConnection, id: string, options: StepOptions): Promise<void> {
  const { subscriptionId, resourceGroup, names } = namesOf<2>(id, pointType);
  const client = azure.compute(subscriptionId);
  await awaitShort(
    { operation: "delete the failed restore point", target: id },
    (abort) =>
      client.restorePoints.delete(resourceGroup, names[0], names[1], { updateIntervalInMs: 1000, ...abort }),
    options,
  );
}

/**
 * Makes sure that the job's restore point exists: finds the one that an earlier run made or is making, or creates it. What a
 * failed run left under the name is deleted first.
 *
 * @throws KluisError AGENT_NOT_READY, AZURE_THROTTLED (too many restore points of this VM), AZURE_CONFLICT, …
 */
export async function startRestorePoint(
  azure: AzureConnection,
  request: RestorePointRequest,
  options: StepOptions = {},
): Promise<Poll<RestorePointFacts>> {
  const { restorePointId: target } = restorePointIds(request);
  const { subscriptionId, resourceGroup, names } = namesOf<2>(target, pointType);
  const present = await readPoint(azure, target, options);
  if (present?.provisioningState === "Succeeded") {
    return { status: "done", result: await pointFacts(azure, target, present) };
  }
  if (present?.provisioningState === "Failed") await removeFailed(azure, target, options);
  else if (present) return lookedAt(target, subscriptionId);
  else await ensureCollection(azure, request, options);

  const body: RestorePoint = {
    ...(request.crashConsistent ? { consistencyMode: "CrashConsistent" } : {}),
    ...(request.excludeDiskIds.length > 0
      ? { excludeDisks: request.excludeDiskIds.map((id) => ({ id })) }
      : {}),
  };
  const client = azure.compute(subscriptionId);
  try {
    return await startStep(
      () => client.restorePoints.create(resourceGroup, names[0], names[1], body, abortable(options)),
      made(azure, { kind: "restore-point", target, subscriptionId }),
      options,
    );
  } catch (error) {
    // Someone removed the empty collection since we saw or made it: the next attempt makes it again.
    const missing = error instanceof KluisError && error.params["azureCode"] === "ParentResourceNotFound";
    throw missing ? recoded(error, "AZURE_CONFLICT") : error;
  }
}

async function lookAtResource(
  azure: AzureConnection,
  operation: AzureOperation,
  options: StepOptions,
): Promise<Poll<RestorePointFacts>> {
  const point = await readPoint(azure, operation.target, options);
  if (point?.provisioningState === "Succeeded") {
    return { status: "done", result: await pointFacts(azure, operation.target, point) };
  }
  if (point && point.provisioningState !== "Failed")
    return lookedAt(operation.target, operation.subscriptionId);
  throw new KluisError("AZURE_FAILED", {
    message: point
      ? "Azure could not create the restore point."
      : "The restore point vanished while it was being created.",
    action: "Kluis tries again by itself.",
    params: { restorePointId: operation.target },
  });
}

/** Looks at a restore point that is being made. */
export async function pollRestorePoint(
  azure: AzureConnection,
  operation: AzureOperation,
  options: StepOptions = {},
): Promise<Poll<RestorePointFacts>> {
  if (operation.poller === "") return lookAtResource(azure, operation, options);
  const client: ComputeManagementClient = clientOf(azure, operation);
  try {
    return await continueStep(
      (state) => restorePoller(client, state, client.restorePoints.create),
      { ...made(azure, operation), operation },
      options,
    );
  } catch (error) {
    // Azure forgets operations after a while; the resource knows how it ended.
    if (isKluisError(error, "AZURE_NOT_FOUND")) return lookAtResource(azure, operation, options);
    throw error;
  }
}

/** The facts of a finished restore point; null when there is none (or it never succeeded). */
export async function getRestorePoint(
  azure: AzureConnection,
  restorePointId: string,
  options: StepOptions = {},
): Promise<RestorePointFacts | null> {
  const point = await readPoint(azure, restorePointId, options);
  return point?.provisioningState === "Succeeded" ? pointFacts(azure, restorePointId, point) : null;
}
