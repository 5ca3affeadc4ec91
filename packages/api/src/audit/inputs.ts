import { ledgerKinds } from "@kluis/domain";
import { z } from "zod";
import { instant, search, vmRef } from "../inputs.ts";

export const listAuditInput = z
  .strictObject({
    kind: z.array(z.enum(ledgerKinds)).max(50).optional(),
    vm: vmRef.optional(),
    /** Part of the actor's or the target's name, or of the target's id. */
    search,
    from: instant.optional(),
    to: instant.optional(),
    /** Only events with a smaller number: the next page, newest first. */
    before: z.int().min(1).optional(),
    limit: z.int().min(1).max(200).default(50),
  })
  .prefault({});
export type ListAuditInput = z.infer<typeof listAuditInput>;
