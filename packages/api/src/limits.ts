/** Limits of the API, with units and reasons; those of the product are in domain/base/limits.ts. */

/** The last use of a session is stored at most this often, so that not every request writes. */
export const sessionTouchMs = 60_000;

/** The longest wait of a refresh of the inventory for the engine. */
export const refreshWaitMs = 20_000;

/** Days of the history. */
export const historyDays = 30;

/** A download reads a disk in pieces of this size and holds two: one being sent, one read ahead. */
export const downloadPieceBytes = 4 * 2 ** 20;
