/** Which segments of a base hold damage, by the nodes above them and their pack lists. */
import { isDamage } from "@kluis/domain/core";
import { allSegments } from "../map/disk-map.ts";
import type { NodePlace } from "../node-ref.ts";
import type { NodeReader } from "../read/node-reader.ts";
import type { DamageSet } from "./places.ts";

export interface AffectedOptions {
  readonly diskBytes: number;
  readonly avoid: DamageSet;
  readonly signal: AbortSignal;
}

/** @throws KluisError VAULT_DATA_DAMAGED or VAULT_OBJECT_MISSING when a node above the segments cannot be read */
export async function affectedSegments(
  root: NodePlace,
  nodes: NodeReader,
  { diskBytes, avoid, signal }: AffectedOptions,
): Promise<number[]> {
  const affected: number[] = [];
  const segments = await allSegments(root, diskBytes, { nodes, signal });
  if (avoid.isEmpty) return affected;
  for (const [segment, place] of segments.entries())
    if (place !== null && (await isAffected(place, { nodes, avoid, signal }))) affected.push(segment);
  return affected;
}

interface Judging {
  readonly nodes: NodeReader;
  readonly avoid: DamageSet;
  readonly signal: AbortSignal;
}

async function isAffected(place: NodePlace, { nodes, avoid, signal }: Judging): Promise<boolean> {
  if (avoid.has(place)) return true;
  try {
    const { list } = await nodes.inner(place, signal);
    if (list === null) return true;
    const packs = await nodes.packList(list, signal);
    return avoid.has(list) || packs.some(({ pack }) => avoid.hasPack(pack));
  } catch (error) {
    if (isDamage(error)) return true;
    throw error;
  }
}
