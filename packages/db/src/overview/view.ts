import { bytesView, countView } from "@kluis/domain";
import { z } from "zod";

/** Sums over the visible recovery points that still have content. */
export const storageView = z.object({
  points: countView,
  /** Sum of the disks' sizes. */
  logicalBytes: bytesView,
  /** Bytes added to the vault. Shared content counts for the point that added it first. */
  storedBytes: bytesView,
  movedBytes24h: bytesView,
  storedBytes24h: bytesView,
});
export type StorageView = z.infer<typeof storageView>;
