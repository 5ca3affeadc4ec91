import { procedure } from "../procedures.ts";
import { listAuditInput } from "./inputs.ts";
import { listAudit, verifyAudit } from "./service.ts";
import { auditPage, ledgerVerification } from "./view.ts";

export const auditProcedures = {
  list: procedure
    .requires("audit:read")
    .input(listAuditInput)
    .output(auditPage)
    .query(({ ctx, input }) => listAudit(ctx, input)),

  /** Walks the whole chain, compares it with the anchors, and records the result. */
  verify: procedure
    .requires("audit:read")
    .output(ledgerVerification)
    .mutation(({ ctx, signal }) => verifyAudit(ctx, signal)),
};
