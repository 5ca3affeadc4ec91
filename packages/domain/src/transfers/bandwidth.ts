/** How fast the backups of a policy may store, and what each engine may use of it. Pure. */
import { z } from "zod";

/**
 * Limits of bandwidth, in MiB per second. A part of 1 GiB must end within the time of its task, also when many share the limit; no
 * storage account takes as much as the highest.
 */
export const leastBandwidth = 5;
export const mostBandwidth = 100_000;

/** MiB per second. */
export const bandwidthSchema = z.int().min(leastBandwidth).max(mostBandwidth);

const MIB = 1024 * 1024;

/** Parts of backups that share a limit: those of one engine, and those of all engines. */
export interface Sharers {
  readonly mine: number;
  readonly all: number;
}

/**
 * An engine's part of a limit in bytes per second: each moving part gets the same. Null without a limit. An engine that has none yet
 * is counted with one, because a part begins before it is counted.
 */
export function bandwidthShare(limit: number | null, { mine, all }: Sharers): number | null {
  if (limit === null) return null;
  const own = Math.max(1, mine);
  return (limit * MIB * own) / Math.max(own, all);
}
