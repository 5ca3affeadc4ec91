/** Snapshots in Azure as the page of a VM reads them. */
import { Prisma } from "../../generated/client.ts";
import type { Tx } from "../tx.ts";
import { objectSql, readViews, type ViewSource } from "../view-sql.ts";
import { type VmSnapshotView, vmSnapshotView } from "./view.ts";

const snapshots: ViewSource<VmSnapshotView> = {
  schema: vmSnapshotView,
  object: objectSql(
    vmSnapshotView,
    { alias: "a", columns: Prisma.AzureResourceScalarFieldEnum },
    {
      pointId: Prisma.sql`coalesce(a."pointId", r.id)`,
      takenAt: Prisma.sql`coalesce(r."takenAt", a."createdAt")`,
      diskName: Prisma.sql`d.name`,
      diskBytes: Prisma.sql`CASE WHEN a.kind = 'snapshot' THEN d."diskBytes" ELSE r."logicalBytes" END`,
    },
  ),
  // The name of a disk's snapshot ends with the disk's key.
  from: Prisma.sql`"AzureResource" a LEFT JOIN "RecoveryPoint" r ON r."jobId" = a."jobId"
    LEFT JOIN "JobDisk" d ON d."jobId" = a."jobId" AND a.kind = 'snapshot' AND a."resourceId" LIKE '%-' || d."diskKey"`,
};

/** The snapshots of a VM that are kept or that Azure has not removed yet, newest first. Those that a job uses are on its page. */
export function listVmSnapshots(tx: Tx, vmId: string, limit: number): Promise<VmSnapshotView[]> {
  return readViews(
    tx,
    snapshots,
    Prisma.sql`WHERE a."vmId" = ${vmId}::uuid AND a.kind IN ('restore-point', 'snapshot') AND a.state <> 'removed' AND a.wanted <> 'present'
      ORDER BY a."createdAt" DESC, a.id LIMIT ${limit}`,
  );
}
