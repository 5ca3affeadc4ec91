import { sessionView } from "@kluis/db";
import { groupStates, instantView, locales, permissions, refView, roles, signInMethods } from "@kluis/domain";
import { z } from "zod";
import { tokenView } from "../tokens/view.ts";

export const meView = z.object({
  person: refView.extend({ username: z.string() }),
  /** The chosen language of the portal; null until the user chooses one. */
  locale: z.enum(locales).nullable(),
  via: z.enum(signInMethods),
  /** The roles held, each in a team or (null) in the whole organization. */
  roles: z.array(
    z.object({
      /** A built-in role; null for a custom one. */
      role: z.enum(roles).nullable(),
      custom: refView.nullable(),
      team: refView.nullable(),
    }),
  ),
  /** Permissions held anywhere, so that a page shows what can be used. The server decides again for each VM. */
  permissions: z.array(z.enum(permissions)),
  organisationWide: z.boolean(),
  /** The token of the request; null: a session. Roles and permissions above are inside its limits. */
  token: tokenView.nullable(),
  /** current: read in time. kept: not read at the sign-in, and those of before still give rights. expired: they give none. */
  groups: z.object({
    state: z.enum(groupStates),
    readAt: instantView.nullable(),
    /** Why they were not read at the sign-in: a reason of DIRECTORY_UNUSABLE. Its words may hold ids of the tenant. */
    reason: z.string().nullable(),
  }),
  sessionEndsAt: instantView.nullable(),
});
export type MeView = z.infer<typeof meView>;

export const mySessionView = sessionView.extend({ isCurrent: z.boolean() });
export const endedSessionsView = z.object({ sessions: z.int() });

export const localeView = z.object({ locale: z.enum(locales) });
