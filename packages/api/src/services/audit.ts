import type { z } from "zod";
import type { SignedInContext } from "../context.ts";
import { pending } from "../pending.ts";
import type { listAuditInput } from "../routers/audit/list-audit.ts";
import type { AuditPage, LedgerVerification } from "../views/index.ts";
export function listAudit(_ctx: SignedInContext, _input: z.infer<typeof listAuditInput>): Promise<AuditPage> {
  return pending();
}
export function verifyAudit(
  _ctx: SignedInContext,
  _signal: AbortSignal | undefined,
): Promise<LedgerVerification> {
  return pending();
}
