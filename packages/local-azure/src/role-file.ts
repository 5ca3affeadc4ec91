/** Custom roles as files of `az role definition create`. */
import { z } from "zod";
import type { Fabric } from "./fabric.ts";

const roleFileSchema = z.object({
  Name: z.string().min(1),
  Description: z.string().default(""),
  Actions: z.array(z.string()),
  NotActions: z.array(z.string()).default([]),
  DataActions: z.array(z.string()).default([]),
  NotDataActions: z.array(z.string()).default([]),
});
export type RoleFile = z.infer<typeof roleFileSchema>;

/** Reads the JSON of a role file. */
export function parseRoleFile(text: string): RoleFile {
  return roleFileSchema.parse(JSON.parse(text));
}

/** GUID of the role that `assignRoleFile` makes. */
const ROLE_ID = "4b1f6a0e-93d2-4c57-8e64-2a7d05c9f101";

/** Makes the role of a file in a scope, or replaces its actions, and gives it to a principal. */
export async function assignRoleFile(
  fabric: Fabric,
  role: RoleFile,
  { principalId, scope }: { principalId: string; scope: string },
): Promise<void> {
  await fabric.addCustomRole({
    name: ROLE_ID,
    roleName: role.Name,
    description: role.Description,
    assignableScopes: [scope],
    permissions: [
      {
        actions: role.Actions,
        notActions: role.NotActions,
        dataActions: role.DataActions,
        notDataActions: role.NotDataActions,
      },
    ],
  });
  await fabric.addRoleAssignment({ principalId, scope, roleDefinitionId: ROLE_ID });
}
