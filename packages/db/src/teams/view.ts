import { countView, instantView, permissions, reachKinds, refView, roles } from "@kluis/domain";
import { z } from "zod";

/** A role as it is held: a built-in one or a custom one, with what it allows. */
export const heldRoleView = z.object({
  /** The built-in role; null for a custom one. */
  role: z.enum(roles).nullable(),
  custom: refView.nullable(),
  permissions: z.array(z.enum(permissions)),
});

/** A user or a group that holds a role. `id` is that of the assignment. */
export const memberView = heldRoleView.extend({
  id: z.string(),
  person: refView.extend({ username: z.string(), isDisabled: z.boolean() }).nullable(),
  /** A group of the directory; its name is its id while no one has named it. */
  group: refView.nullable(),
  since: instantView,
});
export type MemberRow = z.input<typeof memberView>;

export const scopeView = z.object({
  id: z.string(),
  kind: z.enum(reachKinds),
  subscriptionId: z.string().nullable(),
  /** As Azure names it; null when no connection has listed it yet. */
  subscriptionName: z.string().nullable(),
  resourceGroup: z.string().nullable(),
  tagName: z.string().nullable(),
  tagValue: z.string().nullable(),
});
export type ScopeRow = z.infer<typeof scopeView>;

/** A team with what it reaches and who holds a role in it. */
export const teamView = z.object({
  id: z.string(),
  slug: z.string(),
  name: z.string(),
  scopes: scopeView.array(),
  members: memberView.array(),
  /** VMs in its scopes, and policies that belong to it. */
  vms: countView,
  policies: countView,
});
export type TeamView = z.input<typeof teamView>;
