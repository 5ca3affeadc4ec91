/** The subscriptions that a connection must keep reading: what Kluis does or created there can only be ended through it. */
import { openJobStates } from "@kluis/domain";
import { z } from "zod";
import type { Tx } from "../tx.ts";
import { wordsSql } from "../view-sql.ts";

export interface HeldSubscription {
  readonly id: string;
  /** Open jobs that need Azure there. */
  readonly jobs: number;
  /** Snapshots, grants and unfinished disks that Azure has, or may have. */
  readonly resources: number;
}

const heldRow = z.object({ id: z.string(), jobs: z.number(), resources: z.number() });

/**
 * Those of the subscriptions (ids in lower case) with open jobs or resources of Kluis. No other job is admitted there until the
 * transaction ends ({@link lockForAdmission}).
 */
export async function listHeld(tx: Tx, ids: readonly string[]): Promise<HeldSubscription[]> {
  if (ids.length === 0) return [];
  await tx.$queryRaw`SELECT id FROM "Subscription" WHERE id = ANY(${[...ids]}) ORDER BY id FOR UPDATE`;
  // Planned by an ended job: Azure usually refused it. The sweeper asks and forgets the row; after a day no answer counts as none.
  // A restore writes to the subscription that its user chose. A verification reads the vault only. Empty collections cost nothing,
  // and a delivered disk is the user's.
  const rows = await tx.$queryRaw`
    WITH asked AS (SELECT unnest(${[...ids]}::text[]) AS id),
    work AS (
      SELECT CASE j.kind WHEN 'restore-disk' THEN lower(j.parameters->>'subscriptionId') ELSE vm."subscriptionId" END AS id
      FROM "Job" j LEFT JOIN "VirtualMachine" vm ON vm.id = j."vmId"
      WHERE j.state IN (${wordsSql(openJobStates)}) AND j.kind <> 'verify'),
    made AS (
      SELECT split_part(lower(r."resourceId"), '/', 3) AS id FROM "AzureResource" r
      WHERE r.state <> 'removed'
        AND (r.state <> 'planned' OR r."createdAt" > kluis_now() - interval '1 day' OR EXISTS (
          SELECT FROM "Job" j WHERE j.id = r."jobId" AND j.state IN (${wordsSql(openJobStates)})))
        AND CASE r.kind
        WHEN 'restore-point' THEN TRUE
        WHEN 'snapshot' THEN TRUE
        WHEN 'grant' THEN TRUE
        WHEN 'disk' THEN NOT r.detail @> '{"delivered": true}'
        ELSE FALSE END)
    SELECT id, jobs, resources FROM asked,
      LATERAL (SELECT count(*)::int AS jobs FROM work WHERE work.id = asked.id) AS j,
      LATERAL (SELECT count(*)::int AS resources FROM made WHERE made.id = asked.id) AS r
    WHERE jobs + resources > 0 ORDER BY id`;
  return z.array(heldRow).parse(rows);
}

/** Waits for a change of who reads the subscription, and lets none happen until the transaction ends. */
export async function lockForAdmission(tx: Tx, subscriptionId: string): Promise<void> {
  await tx.$queryRaw`SELECT id FROM "Subscription" WHERE id = ${subscriptionId.toLowerCase()} FOR SHARE`;
}
