/** Which parts of a disk have data: read once from its chunk map, kept for ranges that resume and for HEAD. */
import { AllocationMap, dataOf } from "@kluis/domain";
import type { DiskReader, Vault } from "@kluis/vault";
import { allocationMapsKept, allocationTimeoutMs } from "../limits.ts";

type Maps = Map<string, Promise<AllocationMap>>;
const mapsOf = new WeakMap<Vault, Maps>();

/**
 * Reads nodes only. The walk continues when its first client leaves, because that client resumes.
 * @throws KluisError VAULT_*
 */
export function allocationOf(vault: Vault, disk: DiskReader, key: string): Promise<AllocationMap> {
  const maps: Maps = mapsOf.get(vault) ?? new Map();
  mapsOf.set(vault, maps);
  const map = maps.get(key) ?? read(disk);
  // Again at the end: the least recently used is first.
  maps.delete(key);
  maps.set(key, map);
  map.catch(() => maps.delete(key));
  for (const oldest of maps.keys()) {
    if (maps.size <= allocationMapsKept) break;
    maps.delete(oldest);
  }
  return map;
}

function read(disk: DiskReader): Promise<AllocationMap> {
  const extents = disk.extents(AbortSignal.timeout(allocationTimeoutMs));
  return AllocationMap.of(disk.size, dataOf(extents));
}
