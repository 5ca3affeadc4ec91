import { diskKeySchema } from "@kluis/domain";
import { z } from "zod";
import { pointRef } from "../inputs.ts";

/** Formats of a downloaded disk: as it is, with the footer of a fixed VHD, or a qcow2 image of only its data. */
export const downloadFormats = ["raw", "vhd", "qcow2"] as const;
export type DownloadFormat = (typeof downloadFormats)[number];

/**
 * `sent`: the file as it is. `skipped`: the clusters with data one after the other, then the footer; the client puts them in their
 * places, which `points.extents` lists. A qcow2 image has no holes.
 */
export const holeHandlings = ["sent", "skipped"] as const;

/** The path and query of the download's route. */
export const diskDownloadInput = z.object({
  point: pointRef,
  disk: diskKeySchema,
  format: z.enum(downloadFormats).default("raw"),
  holes: z.enum(holeHandlings).default("sent"),
});
export type DiskDownloadInput = z.infer<typeof diskDownloadInput>;

export const diskExtentsInput = z.strictObject({
  point: pointRef,
  disk: diskKeySchema,
  /** Offset in bytes: `next` of the answer before. */
  from: z.int().nonnegative().default(0),
});
export type DiskExtentsInput = z.infer<typeof diskExtentsInput>;
