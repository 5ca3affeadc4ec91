/** The part of the state about who may do what: roles, locks, policies. */
import { z } from "zod";

/** A role of a principal on a scope. It has `role`, `roleDefinitionId`, or both. */
const roleAssignmentFields = z.object({
  principalId: z.string(),
  scope: z.string(),
  /** Short form of the three general roles. */
  role: z.enum(["Owner", "Contributor", "Reader"]).optional(),
  /** Id of a role definition, or its GUID. */
  roleDefinitionId: z.string().optional(),
  /** GUID of the assignment; absent until an answer shows it. */
  name: z.string().optional(),
  principalType: z.string().optional(),
  description: z.string().optional(),
  condition: z.string().optional(),
  conditionVersion: z.string().optional(),
  createdOn: z.number().optional(),
  createdBy: z.string().optional(),
  updatedOn: z.number().optional(),
  updatedBy: z.string().optional(),
});

export const roleAssignmentSchema = roleAssignmentFields.refine(
  ({ role, roleDefinitionId }) => role !== undefined || roleDefinitionId !== undefined,
  "A role assignment has a role or a roleDefinitionId.",
);

const permissionSchema = z.object({
  actions: z.array(z.string()).default([]),
  notActions: z.array(z.string()).default([]),
  dataActions: z.array(z.string()).default([]),
  notDataActions: z.array(z.string()).default([]),
});

/** A custom role; its key in the state is its GUID in lower case. */
export const customRoleSchema = z.object({
  name: z.string(),
  roleName: z.string(),
  description: z.string().default(""),
  tenantId: z.string(),
  permissions: z.array(permissionSchema),
  assignableScopes: z.array(z.string()),
  createdOn: z.number(),
  updatedOn: z.number(),
  createdBy: z.string().default(""),
  updatedBy: z.string().optional(),
});

export type RoleAssignment = z.infer<typeof roleAssignmentSchema>;
export type RolePermission = z.infer<typeof permissionSchema>;
export type CustomRole = z.infer<typeof customRoleSchema>;
