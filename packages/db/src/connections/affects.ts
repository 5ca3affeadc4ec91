/** The objects that depend on each connection and vault: what disabling one affects. */
import { heldPointStates } from "@kluis/domain";
import { z } from "zod";
import type { Tx } from "../tx.ts";
import { wordsSql } from "../view-sql.ts";

export interface ConnectionAffects {
  /** VMs that exist in Azure. */
  readonly vms: number;
  readonly protectedVms: number;
  readonly policies: number;
  /** Teams that reach at least one of the VMs. */
  readonly teams: number;
}

/** VMs of each connection that have recovery points, by the id of the connection; also VMs that Azure no longer has. */
export async function readPointVms(tx: Tx): Promise<ReadonlyMap<string, number>> {
  const rows = await tx.$queryRaw`
    SELECT s."connectionId"::text AS id, count(DISTINCT vm.id)::int AS vms
    FROM "RecoveryPoint" point JOIN "VirtualMachine" vm ON vm.id = point."vmId"
      JOIN "Subscription" s ON s.id = vm."subscriptionId"
    WHERE point.state IN (${wordsSql(heldPointStates)}) AND s."connectionId" IS NOT NULL GROUP BY 1`;
  return new Map(
    z
      .array(z.object({ id: z.string(), vms: z.number() }))
      .parse(rows)
      .map(({ id, vms }) => [id, vms]),
  );
}

const affectsRow = z.object({
  id: z.string(),
  vms: z.number(),
  protectedVms: z.number(),
  policies: z.number(),
  teams: z.number(),
});

/** By the id of the connection; a connection without VMs is missing. */
export async function readConnectionAffects(tx: Tx): Promise<ReadonlyMap<string, ConnectionAffects>> {
  const rows = await tx.$queryRaw`
    WITH held AS (
      SELECT s."connectionId" AS id, vm.id AS vm, vm."subscriptionId", vm."resourceGroup", vm."tagIndex"
      FROM "VirtualMachine" vm JOIN "Subscription" s ON s.id = vm."subscriptionId"
      WHERE vm."deletedAt" IS NULL AND s."connectionId" IS NOT NULL)
    SELECT held.id::text AS id, count(DISTINCT held.vm)::int AS vms, count(DISTINCT p.id)::int AS "protectedVms",
      count(DISTINCT p."policyId")::int AS policies, count(DISTINCT scope."teamId")::int AS teams
    FROM held
    LEFT JOIN "Protection" p ON p."vmId" = held.vm AND p.state = 'active'
    LEFT JOIN "TeamScope" scope ON
      (scope."subscriptionId" IS NULL OR lower(scope."subscriptionId") = held."subscriptionId")
      AND CASE scope.kind
        WHEN 'subscription' THEN scope."subscriptionId" IS NOT NULL
        WHEN 'resource-group' THEN lower(scope."resourceGroup") = held."resourceGroup"
        WHEN 'tag' THEN held."tagIndex" @> ARRAY[lower(scope."tagName") || '=' || scope."tagValue"]
        ELSE FALSE END
    GROUP BY held.id`;
  return new Map(
    z
      .array(affectsRow)
      .parse(rows)
      .map(({ id, ...affects }) => [id, affects]),
  );
}

export interface VaultUse {
  /** Recovery points that have not been deleted. */
  readonly points: number;
  /** Deleted points that can be brought back. */
  readonly softDeleted: number;
  /** VMs with such a point. */
  readonly vms: number;
  /** Points that it ever held: rows of deleted ones stay. */
  readonly ever: number;
}

/** By the id of the vault's row; a vault without points is missing. */
export async function readVaultUse(tx: Tx): Promise<ReadonlyMap<string, VaultUse>> {
  const rows = await tx.$queryRaw`
    SELECT "vaultId"::text AS id, count(*) FILTER (WHERE state IN (${wordsSql(heldPointStates)}))::int AS points,
      count(*) FILTER (WHERE state = 'soft-deleted')::int AS "softDeleted",
      count(DISTINCT "vmId") FILTER (WHERE state IN (${wordsSql(heldPointStates)}))::int AS vms, count(*)::int AS ever
    FROM "RecoveryPoint" GROUP BY 1`;
  return new Map(
    z
      .array(
        z.object({
          id: z.string(),
          points: z.number(),
          softDeleted: z.number(),
          vms: z.number(),
          ever: z.number(),
        }),
      )
      .parse(rows)
      .map(({ id, ...use }) => [id, use]),
  );
}

/** Whether any row of a recovery point names the vault; rows of deleted points stay. */
export async function vaultHadPoints(tx: Tx, vaultId: string): Promise<number> {
  return tx.recoveryPoint.count({ where: { vaultId } });
}

/** VMs of a connection that exist in Azure. */
export async function countConnectionVms(tx: Tx, connectionId: string): Promise<number> {
  const rows = await tx.subscription.findMany({ where: { connectionId }, select: { id: true } });
  return tx.virtualMachine.count({
    where: { subscriptionId: { in: rows.map(({ id }) => id) }, deletedAt: null },
  });
}
