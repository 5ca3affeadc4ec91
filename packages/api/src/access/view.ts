import { accessReasons, permissions, reachKinds, refView, roles, roleVerdicts } from "@kluis/domain";
import { z } from "zod";
import { tokenView } from "../tokens/view.ts";

const scope = z.object({
  kind: z.enum(reachKinds),
  subscriptionId: z.string().nullable(),
  resourceGroup: z.string().nullable(),
  tagName: z.string().nullable(),
  tagValue: z.string().nullable(),
});

/** Whether a user may do something, and what decides. */
export const explanationView = z.object({
  person: refView.extend({ username: z.string() }),
  /** The token whose limits count: that of the request, or the one that was asked about; null: a session. */
  token: tokenView.nullable(),
  permission: z.enum(permissions),
  /** The VM or the team that was asked about; null: the whole organization. */
  vm: refView.nullable(),
  team: refView.nullable(),
  allowed: z.boolean(),
  reason: z.enum(accessReasons),
  /** The held roles, those that decide first. Roles in teams that the asker does not see are only counted. */
  roles: z.array(
    z.object({
      role: z.enum(roles).nullable(),
      custom: refView.nullable(),
      team: refView.nullable(),
      /** The group through which it is held; null: directly. */
      group: refView.nullable(),
      verdict: z.enum(roleVerdicts),
      /** The scope of the team that contains the VM. */
      scope: scope.nullable(),
    }),
  ),
  hiddenRoles: z.int(),
  /** When it is not allowed: who can give a role that allows it here. */
  grantors: z.array(z.object({ name: z.string(), team: refView.nullable(), isGroup: z.boolean() })),
});
export type ExplanationView = z.output<typeof explanationView>;
