/** The schema of a disk's ranges with data as the API sends it. */
import { z } from "zod";

export const diskExtentsView = z.object({
  diskBytes: z.int(),
  /** The disk's content digest, hex: the header `x-kluis-content-digest` of a download of the same content. */
  rootDigest: z.string(),
  /** Bytes of all ranges, on this page and others. */
  dataBytes: z.int(),
  /** Offset and length in bytes, ascending, merged, of whole clusters of 64 KiB; the end of the disk may cut the last one. */
  extents: z.array(z.tuple([z.int(), z.int()])),
  /** `from` of the next page; null on the last page. */
  next: z.int().nullable(),
});
export type DiskExtentsView = z.infer<typeof diskExtentsView>;
