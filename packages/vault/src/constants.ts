/** Sizes of the format (docs/vault-format.md). They are part of version 1 and cannot change within it. */

/** Unit of the delta. */
export const BLOCK_BYTES = 65_536;
export const BLOCKS_PER_WINDOW = 16;
/** A leaf of the chunk map; chunks never cross it. */
export const WINDOW_BYTES = BLOCK_BYTES * BLOCKS_PER_WINDOW;
export const FAN_OUT = 32;
/** The chunk map's level whose nodes span one segment. */
export const SEGMENT_LEVEL = 2;
export const WINDOWS_PER_SEGMENT = FAN_OUT * FAN_OUT;
/** Unit of work of a transfer: 1 GiB. */
export const SEGMENT_BYTES = WINDOW_BYTES * WINDOWS_PER_SEGMENT;
/** Largest level; spans 1 PiB, more than any disk of Azure. */
export const MAX_LEVEL = 6;

export const DIGEST_BYTES = 24;
export const PACK_ID_BYTES = 16;
export const TAG_BYTES = 16;
export const FORMAT_VERSION = 1;

/** Longest read from a source or a store in one request: Azure answers checksums and page reads up to 4 MiB. */
export const MAX_READ_BYTES = 4 * 1024 * 1024;
