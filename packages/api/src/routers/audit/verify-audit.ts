import { procedure } from "../../procedures.ts";
import { verifyAudit as verify } from "../../services/audit.ts";

/** Walks the whole chain and compares it with the anchors; the walk itself is recorded. */
export const verifyAudit = procedure
  .requires("audit:read")
  .mutation(({ ctx, signal }) => verify(ctx, signal));
