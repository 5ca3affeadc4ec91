import type { PartHealthRow } from "@kluis/db";
import { limits } from "@kluis/domain";

/** Whether the last check of a part still says something about now. Connections are checked less often than the rest. */
export function isFresh({ part, checkedAt }: PartHealthRow, now: Date): boolean {
  const isAzure = part === "azure" || part.startsWith("connection:");
  const staleMs = isAzure ? limits.connectionStaleMs : limits.partStaleMs;
  return now.getTime() - checkedAt.getTime() <= staleMs;
}
