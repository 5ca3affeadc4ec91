import { byteSumView, countView, instantView } from "@kluis/domain";
import { z } from "zod";

/** Sums over the visible recovery points. */
export const storageView = z.object({
  /** Points that can be restored. */
  points: countView,
  /** Sum of their disks' sizes. */
  logicalBytes: byteSumView,
  /** Bytes added to the vault. Shared content counts for the point that added it first. */
  storedBytes: byteSumView,
  /** Deleted points that can be brought back, and the bytes that they added: these are still in the vault, and not in `storedBytes`. */
  softDeletedPoints: countView,
  softDeletedBytes: byteSumView,
  /** Until when the first of them can be brought back; null without one. */
  undoUntil: instantView.nullable(),
  /** Points that are pinned: they are in `points` too. */
  pinnedPoints: countView,
  /** Of the points of the last day whose content is in the vault, deleted ones that can be brought back included. */
  movedBytes24h: byteSumView,
  storedBytes24h: byteSumView,
});
export type StorageView = z.infer<typeof storageView>;

/** The visible transfers that are open, and the deadlines of the last seven days. */
export const transfersView = z.object({
  /** Backups and restores whose data moves. */
  moving: countView,
  /** Restores, and backups with a complete snapshot, whose data does not move: because of an outage or until their turn. */
  waiting: countView,
  parked: countView,
  /** Open jobs that will end too close to their deadline or after it, by their forecast. */
  atRisk: countView,
  /** When the last open transfer ends, by its forecast; null without one. */
  lastEndAt: instantView.nullable(),
  /** Backups that ended in the last seven days before and after their deadline. */
  met: countView,
  missed: countView,
});
export type TransfersView = z.infer<typeof transfersView>;
