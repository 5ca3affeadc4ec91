/** Limits of the API, with units and reasons; those of the product are in domain/base/limits.ts. */

/** The last use of a session is stored at most this often, so that not every request writes. */
export const sessionTouchMs = 60_000;

/** The longest wait of a refresh of the inventory for the engine. */
export const refreshWaitMs = 20_000;

/** Days of the history. */
export const historyDays = 30;

/** A download reads a disk in pieces of this size and holds two of them: one being sent, one read ahead. */
export const downloadPieceBytes = 4 * 2 ** 20;

/** Pieces that a download reads at once, when they are small: the disk of a qcow2 image may have many runs of one cluster. */
export const downloadReads = 16;

/** Maps of the data of disks that are kept per vault, at most 8 MiB each for a disk of 4 TiB. */
export const allocationMapsKept = 8;

/** A walk over the chunk map of a disk, before the first byte of a download without holes. */
export const allocationTimeoutMs = 10 * 60_000;

/** Ranges on a page of `points.extents`: about 300 KiB of JSON. */
export const extentsPerPage = 10_000;

/** The longest wait until an engine begins a change of keys. After that it is withdrawn. */
export const keyChangeWaitMs = 20_000;

/** The longest wait for a change that an engine has begun; it gives up after 60 s. */
export const keyChangeMs = 70_000;

export const keyChangePollMs = 200;
