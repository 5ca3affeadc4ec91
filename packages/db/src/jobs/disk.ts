/** The facts of a disk that jobs and recovery points share. */
import { safeBytes } from "@kluis/domain";

export interface DiskFacts {
  readonly diskKey: string;
  readonly name: string;
  readonly resourceId: string;
  readonly diskUniqueId: string;
  readonly sku: string;
  readonly diskBytes: number;
}

type DiskColumns = Omit<DiskFacts, "diskBytes"> & { readonly diskBytes: bigint };

/** The facts of a row. @throws RangeError for a size above 8 PiB */
export function toDiskFacts(row: DiskColumns): DiskFacts {
  const { diskKey, name, resourceId, diskUniqueId, sku } = row;
  return { diskKey, name, resourceId, diskUniqueId, sku, diskBytes: safeBytes(row.diskBytes) };
}
