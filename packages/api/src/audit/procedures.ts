import { ledgerKinds } from "@kluis/domain";
import { z } from "zod";
import { instant, search, vmRef } from "../inputs.ts";
import { procedure } from "../procedures.ts";
import { listAudit as list } from "./service.ts";

export const listAuditInput = z
  .strictObject({
    kind: z.array(z.enum(ledgerKinds)).max(50).optional(),
    vm: vmRef.optional(),
    /** In the actor's or the target's name, or the target's id. */
    search,
    from: instant.optional(),
    to: instant.optional(),
    /** Only events with a smaller number: the next page, newest first. */
    before: z.int().min(1).optional(),
    limit: z.int().min(1).max(200).default(50),
  })
  .prefault({});

export const listAudit = procedure
  .requires("audit:read")
  .input(listAuditInput)
  .query(({ ctx, input }) => list(ctx, input));
