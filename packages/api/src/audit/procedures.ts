import { procedure } from "../procedures.ts";
import { listAuditInput } from "./inputs.ts";
import { listAudit, verifyAudit } from "./service.ts";

export const auditProcedures = {
  list: procedure
    .requires("audit:read")
    .input(listAuditInput)
    .query(({ ctx, input }) => listAudit(ctx, input)),

  /** Walks the whole chain, compares it with the anchors, and records the result. */
  verify: procedure.requires("audit:read").mutation(({ ctx, signal }) => verifyAudit(ctx, signal)),
};
