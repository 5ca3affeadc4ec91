import { actorView, countView, instantView } from "@kluis/domain";
import { z } from "zod";

/** An event of the ledger. */
export const auditRowView = z.object({
  seq: countView,
  at: instantView,
  kind: z.string(),
  actor: actorView,
  target: z.object({ type: z.string(), id: z.string(), name: z.string() }),
  vmId: z.string().nullable(),
  teamIds: z.array(z.string()),
  data: z.record(z.string(), z.unknown()),
  prevDigest: z.string(),
  digest: z.string(),
});
export type AuditRowView = z.infer<typeof auditRowView>;
