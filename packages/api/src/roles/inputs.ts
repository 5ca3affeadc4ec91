import { customPermissions, textLine } from "@kluis/domain";
import { z } from "zod";
import { teamRef } from "../teams/inputs.ts";

const name = textLine.min(2).max(60);
const description = textLine.max(200);
/** Every role also has `inventory:read` and `self`. */
const granted = z.array(z.enum(customPermissions)).min(1).max(customPermissions.length);

export const createRoleInput = z.strictObject({
  name,
  description: description.default(""),
  /** The team that uses it; null: every team can. */
  team: teamRef.nullable(),
  permissions: granted,
});
export type CreateRoleInput = z.infer<typeof createRoleInput>;

const role = textLine.min(1).max(80);
/** An absent field stays. */
export const updateRoleInput = z.strictObject({
  role,
  /** The team of the role, when several have the name. */
  team: teamRef.optional(),
  name: name.optional(),
  description: description.optional(),
  permissions: granted.optional(),
});
export type UpdateRoleInput = z.infer<typeof updateRoleInput>;
export const removeRoleInput = z.strictObject({ role, team: teamRef.optional() });
export type RemoveRoleInput = z.infer<typeof removeRoleInput>;
