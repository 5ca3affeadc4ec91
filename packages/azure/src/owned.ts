/** Finds the Azure resources that this installation created, page by page. */
import type { Disk } from "@azure/arm-compute";
import { type AzureConnection, abortable } from "./connection.ts";
import { installationTag, jobOfRestorePoint, jobTag } from "./names.ts";
import { type Page, pageOf } from "./page.ts";
import { readCollection } from "./restore-points.ts";
import type { OwnedResource } from "./types.ts";

export interface ListOwnedOptions {
  readonly subscriptionId: string;
  readonly installationId: string;
  /** The page to read; null: the first. */
  readonly link: string | null;
  readonly signal?: AbortSignal | undefined;
}

/**
 * One page of the restore point collections of a subscription that this installation created. Azure lists them without their restore
 * points: each costs a request ({@link readOwnedPoints}). Never yields a resource of another installation or product.
 */
export async function listOwnedCollections(
  azure: AzureConnection,
  { subscriptionId, installationId, link, ...options }: ListOwnedOptions,
): Promise<Page<OwnedResource>> {
  const listing = azure.compute(subscriptionId).restorePointCollections.listAll(abortable(options));
  const name = {
    operation: "list restore point collections",
    target: `/subscriptions/${subscriptionId}`,
  } as const;
  const { items, next } = await pageOf(name, listing, link);
  const resources = items.flatMap(({ id, name: called = "", tags }): OwnedResource[] => {
    if (id === undefined || tags?.[installationTag] !== installationId) return [];
    return [
      { kind: "restore-point-collection", id, name: called, jobId: null, createdAt: null, diskState: null },
    ];
  });
  return { items: resources, next };
}

/** The restore points of a collection; none when it was deleted since it was listed. */
export async function readOwnedPoints(
  azure: AzureConnection,
  collectionId: string,
  options: Pick<ListOwnedOptions, "signal"> = {},
): Promise<OwnedResource[]> {
  const collection = await readCollection(azure, collectionId, options);
  return (collection?.restorePoints ?? []).map((point) => {
    const name = point.name ?? "";
    return {
      kind: "restore-point",
      id: point.id ?? `${collectionId}/restorePoints/${name}`,
      name,
      jobId: jobOfRestorePoint(name),
      createdAt: point.timeCreated?.toISOString() ?? null,
      diskState: null,
    };
  });
}

/** One page of the disks of a subscription that this installation created. */
export async function listOwnedDisks(
  azure: AzureConnection,
  { subscriptionId, installationId, link, ...options }: ListOwnedOptions,
): Promise<Page<OwnedResource>> {
  const listing = azure.compute(subscriptionId).disks.list(abortable(options));
  const name = { operation: "list disks", target: `/subscriptions/${subscriptionId}` } as const;
  const { items, next } = await pageOf(name, listing, link);
  const own = items.filter((disk) => isOwn(disk, { installationId }));
  return {
    items: own.map((disk) => ({ kind: "disk", ...tagged(disk), diskState: disk.diskState ?? null })),
    next,
  };
}

/** One page of the snapshots of disks of a subscription that this installation created. */
export async function listOwnedSnapshots(
  azure: AzureConnection,
  { subscriptionId, installationId, link, ...options }: ListOwnedOptions,
): Promise<Page<OwnedResource>> {
  const listing = azure.compute(subscriptionId).snapshots.list(abortable(options));
  const name = { operation: "list disk snapshots", target: `/subscriptions/${subscriptionId}` } as const;
  const { items, next } = await pageOf(name, listing, link);
  const own = items.filter((snapshot) => isOwn(snapshot, { installationId }));
  return { items: own.map((snapshot) => ({ kind: "snapshot", ...tagged(snapshot), diskState: null })), next };
}

type Tagged = Pick<Disk, "id" | "name" | "tags" | "timeCreated">;

function isOwn<T extends Tagged>(
  resource: T,
  { installationId }: Pick<ListOwnedOptions, "installationId">,
): resource is T & { readonly id: string } {
  return resource.id !== undefined && resource.tags?.[installationTag] === installationId;
}

function tagged({ id, name = "", tags, timeCreated }: Tagged & { readonly id: string }) {
  return { id, name, jobId: tags?.[jobTag] ?? null, createdAt: timeCreated?.toISOString() ?? null };
}
