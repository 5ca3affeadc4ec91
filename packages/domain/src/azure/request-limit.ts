/**
 * How long one request for bytes may take. A storage that never answers must not hold a worker's slot for longer: the request fails,
 * and the work is tried again, or parked.
 */

/** Time for the answer itself, whatever its size. Azure's services give up after 30 seconds. */
const ANSWER_MS = 30_000;
/** A connection that is slower than this is useless for disks: 64 KiB a second. */
const SLOWEST_BYTES_PER_MS = 65_536 / 1_000;

/** Milliseconds for a request that moves so many bytes. */
export type RequestLimit = (bytes: number) => number;

export const requestLimitMs: RequestLimit = (bytes) => ANSWER_MS + Math.ceil(bytes / SLOWEST_BYTES_PER_MS);
