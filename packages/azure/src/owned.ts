/** Finds the Azure resources that this installation created. */
import type { Disk } from "@azure/arm-compute";
import { pagesOf } from "./call.ts";
import { type AzureConnection, abortable } from "./connection.ts";
import { installationTag, jobOfRestorePoint, jobTag } from "./names.ts";
import { readCollection } from "./restore-points.ts";
import type { OwnedResource } from "./types.ts";

export interface ListOwnedOptions {
  readonly subscriptionId: string;
  readonly installationId: string;
  /**
   * Which collections to read in this listing: Azure lists collections without their restore points, so each costs a request.
   * Successive turns read all of them. Default: all.
   */
  readonly turn?: CollectionTurn;
  readonly signal?: AbortSignal;
}

export interface CollectionTurn {
  /** Number of the turn; any whole number. */
  readonly number: number;
  /** Most collections per turn. */
  readonly most: number;
}

/** The ids of one turn: every id is in exactly one of as many successive turns as are needed. */
export function idsOfTurn(ids: readonly string[], { number, most }: CollectionTurn): readonly string[] {
  const turns = Math.max(1, Math.ceil(ids.length / most));
  const start = (number % turns) * most;
  return ids.toSorted().slice(start, start + most);
}

async function* pointsOf(
  azure: AzureConnection,
  collectionId: string,
  options: ListOwnedOptions,
): AsyncGenerator<OwnedResource> {
  const collection = await readCollection(azure, collectionId, options);
  // Deleted since it was listed.
  if (!collection) return;
  for (const point of collection.restorePoints ?? []) {
    const name = point.name ?? "";
    yield {
      kind: "restore-point",
      id: point.id ?? `${collectionId}/restorePoints/${name}`,
      name,
      jobId: jobOfRestorePoint(name),
      createdAt: point.timeCreated?.toISOString() ?? null,
      diskState: null,
    };
  }
}

/**
 * Lists the resources of a subscription that this installation created: restore point collections with their restore points,
 * disks, and snapshots of disks. Never yields a resource of another installation or product.
 */
export async function* listOwned(
  azure: AzureConnection,
  options: ListOwnedOptions,
): AsyncGenerator<OwnedResource> {
  const client = azure.compute(options.subscriptionId);
  const target = `/subscriptions/${options.subscriptionId}`;
  const collections = client.restorePointCollections.listAll(abortable(options)).byPage();
  const listing = { operation: "list restore point collections", target };
  const ids: string[] = [];
  for await (const { id, name = "", tags } of pagesOf(listing, collections)) {
    if (id === undefined || tags?.[installationTag] !== options.installationId) continue;
    yield { kind: "restore-point-collection", id, name, jobId: null, createdAt: null, diskState: null };
    ids.push(id);
  }
  for (const id of options.turn ? idsOfTurn(ids, options.turn) : ids) yield* pointsOf(azure, id, options);
  const disks = client.disks.list(abortable(options)).byPage();
  for await (const disk of pagesOf({ operation: "list disks", target }, disks)) {
    if (!isOwn(disk, options)) continue;
    yield { kind: "disk", ...tagged(disk), diskState: disk.diskState ?? null };
  }
  const snapshots = client.snapshots.list(abortable(options)).byPage();
  for await (const snapshot of pagesOf({ operation: "list disk snapshots", target }, snapshots)) {
    if (isOwn(snapshot, options)) yield { kind: "snapshot", ...tagged(snapshot), diskState: null };
  }
}

type Tagged = Pick<Disk, "id" | "name" | "tags" | "timeCreated">;

function isOwn<T extends Tagged>(
  resource: T,
  { installationId }: ListOwnedOptions,
): resource is T & { readonly id: string } {
  return resource.id !== undefined && resource.tags?.[installationTag] === installationId;
}

function tagged({ id, name = "", tags, timeCreated }: Tagged & { readonly id: string }) {
  return { id, name, jobId: tags?.[jobTag] ?? null, createdAt: timeCreated?.toISOString() ?? null };
}
