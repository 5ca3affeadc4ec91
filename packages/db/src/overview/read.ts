import { heldPointStates, type VmVisibility } from "@kluis/domain";
import { z } from "zod";
import type { Tx } from "../tx.ts";
import { wordsSql } from "../view-sql.ts";
import { vmVisibleSql } from "../vms/visibility.ts";
import { type StorageView, storageView } from "./view.ts";

/** Returns sums over the visible points; the figures of the last day count points taken from `since` on. */
export async function readStorage(tx: Tx, visibility: VmVisibility, since: Date): Promise<StorageView> {
  const rows = await tx.$queryRaw`
    SELECT count(*) AS points, coalesce(sum(r."logicalBytes"), 0)::bigint AS "logicalBytes",
      coalesce(sum(r."storedBytes"), 0)::bigint AS "storedBytes",
      coalesce(sum(r."movedBytes") FILTER (WHERE r."createdAt" >= ${since}), 0)::bigint AS "movedBytes24h",
      coalesce(sum(r."storedBytes") FILTER (WHERE r."createdAt" >= ${since}), 0)::bigint AS "storedBytes24h"
    FROM "RecoveryPoint" r JOIN "VirtualMachine" vm ON vm.id = r."vmId"
    WHERE r.state IN (${wordsSql(heldPointStates)}) AND ${vmVisibleSql(visibility)}`;
  return z.tuple([storageView]).parse(rows)[0];
}
