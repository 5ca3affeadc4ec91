import { bytesView, countView } from "@kluis/domain";
import { z } from "zod";

/** Sums over the visible recovery points that still have content. */
export const storageView = z.object({
  points: countView,
  /** The size of the disks: what the points would take as plain images. */
  logicalBytes: bytesView,
  /** What the points added to the vault; shared content counts for the point that brought it. */
  storedBytes: bytesView,
  movedBytes24h: bytesView,
  storedBytes24h: bytesView,
});
export type StorageView = z.infer<typeof storageView>;
