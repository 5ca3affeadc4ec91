/** Snapshots that are kept for instant restore: which ones have expired, page by page. */
import { snapshotKinds } from "@kluis/domain";
import { z } from "zod";
import { Prisma } from "../../generated/client.ts";
import type { Tx } from "../tx.ts";
import { wordsSql } from "../view-sql.ts";

/** Whether the point of a kept snapshot is soft-deleted: no backup is compared with it. */
function isOfRemoved(snapshot: "r" | "n"): Prisma.Sql {
  const pointId = Prisma.raw(`${snapshot}."pointId"`);
  return Prisma.sql`EXISTS (SELECT FROM "RecoveryPoint" p WHERE p.id = ${pointId} AND p.state = 'soft-deleted')`;
}

const expiredRow = z.object({
  id: z.string(),
  vmName: z.string(),
  /** Whether it belongs to the newest kept point of its VM, which has several when its disks were captured one by one. */
  isNewest: z.boolean(),
  /** Of the policy of the VM, when its protection is active; not parsed: another version of Kluis may have written it. */
  document: z.unknown(),
});
/** A kept snapshot whose time is over. */
export type ExpiredSnapshot = z.infer<typeof expiredRow>;

/** Kept snapshots that expired by `now`, in the order of their ids, after an id. */
export async function listExpiredSnapshots(
  tx: Tx,
  { now, after, limit }: { readonly now: Date; readonly after: string | null; readonly limit: number },
): Promise<ExpiredSnapshot[]> {
  const behind = after === null ? Prisma.empty : Prisma.sql`AND r.id > ${after}::uuid`;
  const rows = await tx.$queryRaw`
    SELECT r.id, coalesce(vm.name, r."resourceId") AS "vmName", v.document,
      r."vmId" IS NOT NULL AND NOT ${isOfRemoved("r")} AND NOT EXISTS (SELECT FROM "AzureResource" n WHERE n."vmId" = r."vmId"
        AND n.kind IN (${wordsSql(snapshotKinds)}) AND n.state = 'created' AND n.wanted = 'kept'
        AND n."pointId" IS DISTINCT FROM r."pointId" AND (n."createdAt", n.id) > (r."createdAt", r.id)
        AND NOT ${isOfRemoved("n")}) AS "isNewest"
    FROM "AzureResource" r
    LEFT JOIN "VirtualMachine" vm ON vm.id = r."vmId"
    LEFT JOIN LATERAL (SELECT v.document FROM "Protection" p JOIN "Policy" policy ON policy.id = p."policyId"
      JOIN "PolicyVersion" v ON v."policyId" = policy.id AND v.version = policy."currentVersion"
      WHERE p."vmId" = r."vmId" AND p.state = 'active' AND vm."deletedAt" IS NULL LIMIT 1) v ON TRUE
    WHERE r.state = 'created' AND r.kind IN (${wordsSql(snapshotKinds)}) AND r.wanted = 'kept'
      AND (r."keepUntil" IS NULL OR r."keepUntil" <= ${now}) ${behind}
    ORDER BY r.id LIMIT ${limit}`;
  return z.array(expiredRow).parse(rows);
}
