import { permissions, textLine } from "@kluis/domain";
import { z } from "zod";
import { vmRef } from "../inputs.ts";
import { teamRef } from "../teams/inputs.ts";

export const explainInput = z
  .strictObject({
    /** By id or user name; absent: the user of the request, with the limits of their token. */
    person: textLine.min(1).max(320).optional(),
    /** By id, with its limits: one's own, or one of a user whose tokens the asker may revoke. */
    token: z.uuid().optional(),
    permission: z.enum(permissions),
    vm: vmRef.optional(),
    team: teamRef.optional(),
  })
  .refine(({ vm, team }) => vm === undefined || team === undefined, "Ask about a VM or about a team.")
  .refine(
    ({ person, token }) => person === undefined || token === undefined,
    "Ask about a user or about a token.",
  );
export type ExplainInput = z.infer<typeof explainInput>;
