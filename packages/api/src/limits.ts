/** Limits of the API alone, with units and reasons; the product's are in domain/limits.ts. */

/** A session's last use is written at most this often, so that reading pages does not write on every request. */
export const sessionTouchMs = 60_000;

/** How long a refresh of the inventory waits for the engine. */
export const refreshWaitMs = 20_000;

/** Days in the history strip. */
export const historyDays = 30;

/** A download reads this much of a disk at a time; it holds two of these: what is being sent and what is read ahead. */
export const downloadPieceBytes = 4 * 2 ** 20;
