import { diskKeySchema } from "@kluis/domain";
import { z } from "zod";
import { pointRef } from "../inputs.ts";

export const downloadFormats = ["raw", "vhd"] as const;
export type DownloadFormat = (typeof downloadFormats)[number];

/** The path and query of the download's route. */
export const diskDownloadInput = z.object({
  point: pointRef,
  disk: diskKeySchema,
  format: z.enum(downloadFormats).default("raw"),
});
export type DiskDownloadInput = z.infer<typeof diskDownloadInput>;
