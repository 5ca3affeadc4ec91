/** How packages describe a disk's bytes to each other: extents say where, a block source reads them. */

/** A range of a disk in bytes; `length` is above 0. `zero`: the range reads as zeros and need not be read. */
export interface Extent {
  readonly offset: number;
  readonly length: number;
  readonly kind: "data" | "zero";
}

/** Where a disk's bytes come from. `read` is called concurrently, with lengths up to 4 MiB, always inside `size`. */
export interface BlockSource {
  readonly size: number;
  /** True when the caller owns the arrays that `read` returns: the vault frees them as soon as they are sealed. */
  readonly disposable?: boolean;
  /** Returns exactly `length` bytes. The vault neither changes the array nor keeps it after the segment is done. */
  read(offset: number, length: number, signal: AbortSignal): Promise<Uint8Array>;
  /** Fills `target` from `offset`, for sources that can read into shared memory: saves a copy. */
  readInto?(target: Uint8Array, offset: number, signal: AbortSignal): Promise<void>;
}
