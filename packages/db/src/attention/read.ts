import { attentionProblems, heldPointStates, type VmVisibility } from "@kluis/domain";
import { Prisma } from "../../generated/client.ts";
import type { Tx } from "../tx.ts";
import { countOf, objectSql, readViews, refSql, type ViewSource, wordsSql } from "../view-sql.ts";
import { vmVisibleSql } from "../vms/visibility.ts";
import { type AttentionView, attentionView } from "./view.ts";

/** Why the newest point of the VM is less consistent than requested. */
function newestReason(column: "consistencyReason" | "consistencyNotice"): Prisma.Sql {
  return Prisma.sql`CASE WHEN a.kind = 'consistency' THEN (SELECT r.${Prisma.raw(`"${column}"`)} FROM "RecoveryPoint" r
    WHERE r."vmId" = a."vmId" AND r.state IN (${wordsSql(heldPointStates)}) ORDER BY r."takenAt" DESC LIMIT 1) END`;
}

const source: ViewSource<AttentionView> = {
  schema: attentionView,
  object: objectSql(
    attentionView,
    { alias: "a", columns: Prisma.AttentionScalarFieldEnum },
    {
      vm: refSql("vm"),
      why: newestReason("consistencyReason"),
      whyNotice: newestReason("consistencyNotice"),
    },
  ),
  from: Prisma.sql`"Attention" a LEFT JOIN "VirtualMachine" vm ON vm.id = a."vmId"`,
};

/** What needs attention among the visible VMs; what concerns no VM only for those who see all of them. Newest first. */
export function listAttention(tx: Tx, visibility: VmVisibility, limit: number): Promise<AttentionView[]> {
  return readViews(
    tx,
    source,
    Prisma.sql`WHERE ${visible(visibility)} ORDER BY a."raisedAt" DESC, a.key LIMIT ${limit}`,
  );
}

/** What needs attention of one VM, newest first. */
export function listAttentionOfVm(tx: Tx, vmId: string, limit: number): Promise<AttentionView[]> {
  return readViews(
    tx,
    source,
    Prisma.sql`WHERE a."vmId" = ${vmId}::uuid ORDER BY a."raisedAt" DESC, a.key LIMIT ${limit}`,
  );
}

/** How much needs attention; of everything without a visibility. */
export async function countAttention(tx: Tx, visibility: VmVisibility = { all: true }): Promise<number> {
  return countOf(
    await tx.$queryRaw`SELECT count(*) AS count FROM ${source.from} WHERE ${visible(visibility)}`,
  );
}

/** How many problems need attention among what is visible, without what only requests something of a person. */
export async function countProblems(tx: Tx, visibility: VmVisibility): Promise<number> {
  return countOf(
    await tx.$queryRaw`SELECT count(*) AS count FROM ${source.from}
      WHERE a.kind = ANY(${attentionProblems}::text[]) AND ${visible(visibility)}`,
  );
}

function visible(visibility: VmVisibility): Prisma.Sql {
  if (visibility.all) return Prisma.sql`TRUE`;
  return Prisma.sql`a."vmId" IS NOT NULL AND ${vmVisibleSql(visibility)}`;
}
