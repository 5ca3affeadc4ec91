/** When a VM began or ended to use a disk. Pure. */
import type { Json } from "@kluis/azure";
import { z } from "zod";

const ownedSchema = z.object({ properties: z.object({ LastOwnershipUpdateTime: z.string() }) });

/**
 * When the disk was attached or detached, or its VM started or deallocated, last: from Azure's answer about the disk. Null when
 * Azure does not say it. A VM that is stopped now was stopped at every instant since then.
 */
export function ownedSince(raw: Json | undefined): string | null {
  return ownedSchema.safeParse(raw).data?.properties.LastOwnershipUpdateTime ?? null;
}
