import { heldRoleView, memberView, teamView } from "@kluis/db";
import { countView, grantRefusals, permissions, refView } from "@kluis/domain";
import { z } from "zod";

/** Why the user may not do it; null when they may. */
const refusal = z
  .object({ reason: z.enum(grantRefusals), permission: z.enum(permissions).nullable() })
  .nullable();

/** The members of a team or (team null) of the organization, and the roles that can be held there. */
export const membersView = z.object({
  members: memberView.extend({ removal: refusal }).array(),
  roles: heldRoleView.extend({ refusal }).array(),
  canManage: z.boolean(),
});

export const teamDetailView = teamView.omit({ members: true }).extend({
  ...membersView.shape,
  /** The user may rename it, remove it, and change its scopes. */
  canScope: z.boolean(),
});
export type TeamDetailView = z.output<typeof teamDetailView>;

export const changedTeamView = refView.extend({ slug: z.string() });

const reachChange = z.object({
  count: countView,
  /** Of these: VMs that a policy of the team protects. They are released when they leave. */
  bound: countView,
  vms: refView.extend({ resourceGroup: z.string(), policy: z.string().nullable() }).array(),
});
export const reachPreviewView = z.object({ comes: reachChange, goes: reachChange });

export const removedView = z.object({ removed: z.boolean() });
