/** Parts of the queries about open transfers; `j` is the job, `vm` its VM, `version` the version of its policy. */
import { timeZoneSchema, transferWindowSchema, type ZonedWindow } from "@kluis/domain";
import { Prisma } from "../../generated/client.ts";

/** The first team that reaches the VM; null without one. */
export const teamSql = Prisma.sql`(SELECT min(scope."teamId"::text) FROM "TeamScope" scope
  WHERE (scope."subscriptionId" IS NULL OR lower(scope."subscriptionId") = lower(vm."subscriptionId"))
    AND CASE scope.kind
      WHEN 'subscription' THEN scope."subscriptionId" IS NOT NULL
      WHEN 'resource-group' THEN lower(scope."resourceGroup") = lower(vm."resourceGroup")
      WHEN 'tag' THEN EXISTS (SELECT 1 FROM jsonb_each_text(vm.tags) AS tag
        WHERE lower(tag.key) = lower(scope."tagName") AND tag.value = scope."tagValue")
      ELSE FALSE END)`;

/** The job's VM; a job whose VM is gone counts as one more VM. */
export const vmSql = Prisma.sql`coalesce(j."vmId"::text, j.id::text)`;

/** When it got its last slot; before the first one: since when it waits. */
export const servedSql = Prisma.sql`coalesce(j."servedAt", j."capturedAt", j."startedAt", j."createdAt")`;

/** A transfer whose parts may be given out, or hold a slot. */
export const isMovingSql = Prisma.sql`j.state = 'running' AND j.error IS NULL AND j."cancelAskedAt" IS NULL
  AND (j."parkedUntil" IS NULL OR j."parkedUntil" <= kluis_now())`;

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
