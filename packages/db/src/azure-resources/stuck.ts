/** Removals that need a person's attention, by VM. */
import { type ErrorInfo, limits } from "@kluis/domain";
import { z } from "zod";
import type { Tx } from "../tx.ts";

const stuckSchema = z.object({
  vmId: z.string().nullable(),
  count: z.coerce.number(),
  resourceId: z.string(),
  error: z
    .custom<ErrorInfo>(
      (value) => z.object({ code: z.string(), message: z.string() }).safeParse(value).success,
    )
    .nullable(),
});
/** Resources of one VM, or of none, that Azure refuses to remove; the longest refused one, and why. */
export type StuckRemovals = z.infer<typeof stuckSchema>;

/** Removals that were refused often, or wait for long. Resources that were only planned do not count. */
export async function listStuckRemovals(tx: Tx, limit: number): Promise<StuckRemovals[]> {
  const { removalAttentionTries: tries, removalAttentionMs: ms } = limits;
  return stuckSchema.array().parse(
    await tx.$queryRaw`
      SELECT "vmId"::text AS "vmId", count(*) AS count, (array_agg("resourceId" ORDER BY "unwantedAt", id))[1] AS "resourceId",
        (array_agg("lastError" ORDER BY "unwantedAt", id))[1] AS error
      FROM "AzureResource"
      WHERE "nextTryAt" IS NOT NULL AND state = 'created'
        AND (tries >= ${tries} OR "unwantedAt" < kluis_now() - ${ms}::float8 * interval '1 millisecond')
      GROUP BY "vmId" ORDER BY min("unwantedAt") LIMIT ${limit}`,
  );
}

/** Keys of the attention that removals need, with its sentence. */
export async function listRaisedRemovals(
  tx: Tx,
): Promise<{ readonly key: string; readonly message: string }[]> {
  return tx.attention.findMany({
    where: { kind: "azure-removal" },
    select: { key: true, message: true },
    orderBy: { key: "asc" },
  });
}
