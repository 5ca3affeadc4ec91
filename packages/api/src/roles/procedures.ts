import { procedure } from "../procedures.ts";
import { createRoleInput, removeRoleInput, updateRoleInput } from "./inputs.ts";
import { createRole, listRoles, removeRole, updateRole } from "./service.ts";
import { roleView } from "./view.ts";

export const roleProcedures = {
  /** The built-in roles, and the custom ones of every team and of the user's teams. */
  list: procedure
    .requires("inventory:read")
    .output(roleView.array())
    .query(({ ctx }) => listRoles(ctx)),

  create: procedure
    .requires("team:manage")
    .input(createRoleInput)
    .output(roleView)
    .mutation(({ ctx, input }) => createRole(ctx, input)),

  /** Applies to everyone who holds the role, from their next request. */
  update: procedure
    .requires("team:manage")
    .input(updateRoleInput)
    .output(roleView)
    .mutation(({ ctx, input }) => updateRole(ctx, input)),

  remove: procedure
    .requires("team:manage")
    .input(removeRoleInput)
    .output(roleView)
    .mutation(({ ctx, input }) => removeRole(ctx, input)),
};
