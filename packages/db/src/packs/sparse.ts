/** Which packs are candidates for compaction, as far as the counts tell. */
import { COMPACTION_SHARE } from "@kluis/domain";
import { Prisma } from "../../generated/client.ts";

/** A condition on `used` (pack, refs) and `p`: the segments that name the pack use less than half of it each, without what another pack has too. */
export const isSparse = Prisma.sql`(used.refs > 0 AND p.bytes > 0
  AND (used.live - p.twice * used.refs) * 100 < p.bytes * used.refs * ${COMPACTION_SHARE})`;
