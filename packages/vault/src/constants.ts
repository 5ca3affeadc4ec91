/** Sizes of the format (docs/vault-format.md). Version 1 fixes them. */

/** Unit of the delta. */
export const BLOCK_BYTES = 65_536;
export const BLOCKS_PER_WINDOW = 16;
/** Span of a leaf of the chunk map; no chunk crosses it. */
export const WINDOW_BYTES = BLOCK_BYTES * BLOCKS_PER_WINDOW;
export const FAN_OUT = 32;
/** Level of the chunk map whose nodes span one segment. */
export const SEGMENT_LEVEL = 2;
export const WINDOWS_PER_SEGMENT = FAN_OUT * FAN_OUT;
/** Unit of work of a transfer: 1 GiB. */
export const SEGMENT_BYTES = WINDOW_BYTES * WINDOWS_PER_SEGMENT;
/** Highest level: spans 1 PiB, more than any disk of Azure. */
export const MAX_LEVEL = 6;

export const DIGEST_BYTES = 24;
export const PACK_ID_BYTES = 16;
export const TAG_BYTES = 16;
export const FORMAT_VERSION = 1;

/** Longest read of a source or store in one request: Azure's limit for checksums and page reads. */
export const MAX_READ_BYTES = 4 * 1024 * 1024;
