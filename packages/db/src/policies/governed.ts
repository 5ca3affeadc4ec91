/** The VMs that a policy governs, also those that a user does not see, and the points that its rules keep or remove. */
import type { Ref, RetentionPoint, VmPlace } from "@kluis/domain";
import { z } from "zod";
import { Prisma } from "../../generated/client.ts";
import { listLivePoints } from "../points/retention.ts";
import type { Tx } from "../tx.ts";

const governedRow = z.object({
  id: z.string(),
  name: z.string(),
  subscriptionId: z.string(),
  resourceGroup: z.string(),
  tags: z.record(z.string(), z.string()),
});

export interface GovernedVm extends Ref, VmPlace {
  /** The points that rules keep or remove, the newest first. */
  readonly points: readonly RetentionPoint[];
}

/** VMs that one statement reads, so that the memory of a policy of thousands of VMs stays bounded. */
const PAGE = 200;

/** Walks the VMs that the policy protects, with their points; also those that Azure no longer has. */
export async function* governedVms(tx: Tx, policyId: string): AsyncGenerator<GovernedVm> {
  let after: string | null = null;
  for (;;) {
    const behind: Prisma.Sql = after === null ? Prisma.empty : Prisma.sql`AND vm.id > ${after}::uuid`;
    const rows: unknown = await tx.$queryRaw`
      SELECT vm.id, vm.name, vm."subscriptionId", vm."resourceGroup", vm.tags FROM "Protection" p
      JOIN "VirtualMachine" vm ON vm.id = p."vmId"
      WHERE p."policyId" = ${policyId}::uuid AND p.state = 'active' ${behind} ORDER BY vm.id LIMIT ${PAGE}`;
    const page = z.array(governedRow).parse(rows);
    const points = await ruledPoints(
      tx,
      page.map(({ id }) => id),
    );
    for (const vm of page) yield { ...vm, points: points.get(vm.id) ?? [] };
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    after = last.id;
  }
}

/** Returns the number of VMs that the policy protects, also of those that a user does not see. */
export function countGovernedVms(tx: Tx, policyId: string): Promise<number> {
  return tx.protection.count({ where: { policyId, state: "active" } });
}

/** The points of VMs that rules keep or remove, by VM. */
export async function ruledPoints(tx: Tx, vmIds: readonly string[]): Promise<Map<string, RetentionPoint[]>> {
  const live = await listLivePoints(tx, vmIds, Number.MAX_SAFE_INTEGER);
  const byVm = new Map(vmIds.map((id): [string, RetentionPoint[]] => [id, []]));
  for (const { id, vmId, takenAt, pinnedAt, keptUntil, state } of live) {
    byVm.get(vmId)?.push({ id, takenAt, pinned: pinnedAt !== null, keptUntil, good: state === "available" });
  }
  return byVm;
}

/** Locks the policy against a new version until the transaction ends, so that what it was judged by is what is saved. */
export async function holdPolicy(tx: Tx, policyId: string): Promise<void> {
  await tx.$queryRaw`SELECT id FROM "Policy" WHERE id = ${policyId}::uuid FOR SHARE`;
}
