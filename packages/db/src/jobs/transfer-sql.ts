/** Parts of the queries about open transfers; `j` is the job, `vm` its VM, `version` the version of its policy. */
import {
  jobKinds,
  type TransferClass,
  timeZoneSchema,
  transferClasses,
  transferClassOfKind,
  transferWindowSchema,
  type ZonedWindow,
} from "@kluis/domain";
import { Prisma } from "../../generated/client.ts";

/**
 * The team that the VM counts for; null without one. Of several teams it is the one with the narrowest scope (a resource group, then a
 * tag, then a whole subscription): a team that sees many VMs must not use up the shares of the teams that own them.
 */
export const teamSql = Prisma.sql`(SELECT scope."teamId"::text FROM "TeamScope" scope
  WHERE (scope."subscriptionId" IS NULL OR lower(scope."subscriptionId") = lower(vm."subscriptionId"))
    AND CASE scope.kind
      WHEN 'subscription' THEN scope."subscriptionId" IS NOT NULL
      WHEN 'resource-group' THEN lower(scope."resourceGroup") = lower(vm."resourceGroup")
      WHEN 'tag' THEN EXISTS (SELECT 1 FROM jsonb_each_text(vm.tags) AS tag
        WHERE lower(tag.key) = lower(scope."tagName") AND tag.value = scope."tagValue")
      ELSE FALSE END
  ORDER BY CASE scope.kind WHEN 'resource-group' THEN 0 WHEN 'tag' THEN 1 ELSE 2 END, scope."teamId" LIMIT 1)`;

/** The job's VM; a job whose VM is gone counts as one more VM. */
export const vmSql = Prisma.sql`coalesce(j."vmId"::text, j.id::text)`;

/** When it got its last slot; before the first one: since when it waits. */
export const servedSql = Prisma.sql`coalesce(j."servedAt", j."capturedAt", j."startedAt", j."createdAt")`;

/** A transfer whose parts may be given out, or hold a slot. */
export const isMovingSql = Prisma.sql`j.state = 'running' AND j.error IS NULL AND j."cancelAskedAt" IS NULL
  AND (j."parkedUntil" IS NULL OR j."parkedUntil" <= kluis_now())`;

/** It is in the step that waits for its parts. */
export const hasPartsSql = Prisma.sql`j.stage IN ('transfer', 'verify')`;

/** A job with parts whose class this does not know counts as the least urgent. */
export function transferClassOf(kind: string): TransferClass {
  return jobKinds.flatMap((one) => (one === kind ? (transferClassOfKind[one] ?? []) : []))[0] ?? "verify";
}

/** The place of the class of job `j` in the order of domain's transfer-order.ts. */
export const classRankSql = Prisma.sql`CASE j.kind ${Prisma.join(
  jobKinds.flatMap((kind) => {
    const of = transferClassOfKind[kind];
    return of === null ? [] : [Prisma.sql`WHEN ${kind} THEN ${transferClasses.indexOf(of)}::int`];
  }),
  " ",
)} ELSE ${transferClasses.length}::int END`;

export const windowSql = Prisma.sql`version.document #> '{transfer,window}' AS window,
  version.document #>> '{schedule,timeZone}' AS "timeZone"`;

// A window that cannot be read binds no transfer: a backup at the wrong time is better than none.
export const windowColumns = {
  window: transferWindowSchema.nullable().catch(null),
  timeZone: timeZoneSchema.nullable().catch(null),
};

/** Restores are not bound by a window. */
export function zonedOf(row: {
  readonly kind: string;
  readonly window: ZonedWindow["window"] | null;
  readonly timeZone: string | null;
}): ZonedWindow | null {
  const { kind, window, timeZone } = row;
  return kind !== "backup" || window === null || timeZone === null ? null : { window, timeZone };
}
