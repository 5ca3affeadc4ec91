import { actorView, countView, instantView } from "@kluis/domain";
import { z } from "zod";

/** An event of the ledger. */
export const auditRow = z.object({
  seq: countView,
  at: instantView,
  /** One of `ledgerKinds`, or a kind of another version: events stay readable for as long as the ledger exists. */
  kind: z.string(),
  actor: actorView,
  /** The type as recorded; `ledgerTargetType` reads it. */
  target: z.object({ type: z.string(), id: z.string(), name: z.string() }),
  vmId: z.string().nullable(),
  teamIds: z.array(z.string()),
  data: z.record(z.string(), z.unknown()),
  prevDigest: z.string(),
  digest: z.string(),
});
export type AuditRow = z.infer<typeof auditRow>;
