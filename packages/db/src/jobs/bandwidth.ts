/** What engines need to share the limit of bandwidth of a policy. */
import { bandwidthSchema } from "@kluis/domain";
import { z } from "zod";
import type { Tx } from "../tx.ts";

export interface PolicyLoad {
  /** MiB per second of the policy's present version; null: no limit, or the policy is gone. */
  readonly bandwidth: number | null;
  /** Parts of its backups that move now, on all engines. A part of a dead engine counts until another engine finds out. */
  readonly moving: number;
}

const loadRows = z.array(
  z.object({
    // A limit that cannot be read limits nothing, as with a window.
    bandwidth: bandwidthSchema.nullable().catch(null),
    moving: z.number(),
  }),
);

/** The present version counts, so that a change of the limit reaches backups that move already. */
export async function readPolicyLoad(tx: Tx, policyId: string): Promise<PolicyLoad> {
  const rows = await tx.$queryRaw`
    SELECT (current.document #>> '{transfer,bandwidth}')::int AS bandwidth,
      (SELECT count(*)::int FROM "JobSegment" part
        JOIN "JobDisk" disk ON disk.id = part."jobDiskId"
        JOIN "Job" j ON j.id = disk."jobId"
        JOIN "PolicyVersion" version ON version.id = j."policyVersionId"
        WHERE part.state = 'running' AND j.state = 'running' AND j.kind = 'backup'
          AND version."policyId" = policy.id) AS moving
    FROM "Policy" policy
    JOIN "PolicyVersion" current ON current."policyId" = policy.id AND current.version = policy."currentVersion"
    WHERE policy.id = ${policyId}::uuid`;
  const [row] = loadRows.parse(rows);
  return row ?? { bandwidth: null, moving: 0 };
}
