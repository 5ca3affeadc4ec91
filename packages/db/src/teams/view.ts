import { reachKinds, refView, roles } from "@kluis/domain";
import { z } from "zod";

/** A team with what it reaches and who holds a role in it. */
export const teamView = z.object({
  id: z.string(),
  slug: z.string(),
  name: z.string(),
  scopes: z.array(
    z.object({
      kind: z.enum(reachKinds),
      subscriptionId: z.string().nullable(),
      resourceGroup: z.string().nullable(),
      tagName: z.string().nullable(),
      tagValue: z.string().nullable(),
    }),
  ),
  members: z.array(
    z.object({ role: z.enum(roles), person: refView.nullable(), groupId: z.string().nullable() }),
  ),
});
export type TeamView = z.infer<typeof teamView>;
