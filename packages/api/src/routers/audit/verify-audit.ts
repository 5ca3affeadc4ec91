import { verifyAudit as verify } from "../../audit/service.ts";
import { procedure } from "../../procedures.ts";

/** Walks the whole chain and compares it with the anchors; the walk itself is recorded. */
export const verifyAudit = procedure
  .requires("audit:read")
  .mutation(({ ctx, signal }) => verify(ctx, signal));
