import { countView, permissions, refView, roles } from "@kluis/domain";
import { z } from "zod";

export const roleView = z.object({
  /** The built-in role; null for a custom one. */
  role: z.enum(roles).nullable(),
  /** The id of a custom role. */
  id: z.string().nullable(),
  name: z.string(),
  description: z.string(),
  /** Of a custom role: its team; null: every team can use it. */
  team: refView.nullable(),
  permissions: z.array(z.enum(permissions)),
  /** How often a custom role is held. */
  holders: countView,
  /** Whether it can be held in the whole organization. */
  isOrganisationWide: z.boolean(),
  canEdit: z.boolean(),
});
export type RoleView = z.output<typeof roleView>;
