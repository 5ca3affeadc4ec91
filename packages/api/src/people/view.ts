import { personRowView, sessionView } from "@kluis/db";
import { countView, pageView, refView, roles } from "@kluis/domain";
import { z } from "zod";
import { tokenView } from "../tokens/view.ts";

export const peoplePageView = pageView(personRowView);

export const personDetailView = personRowView
  .omit({ linked: true, roles: true, sessions: true, tokens: true })
  .extend({
    /** The roles in sight, each in a team or (null) in the organization, held directly or by a group. */
    roles: z.array(
      z.object({
        role: z.enum(roles).nullable(),
        custom: refView.nullable(),
        team: refView.nullable(),
        group: refView.nullable(),
      }),
    ),
    /** Other accounts of the same human. */
    accounts: refView.extend({ username: z.string() }).array(),
    sessions: sessionView.array(),
    tokens: tokenView.array(),
    isSelf: z.boolean(),
    /** The user may disable, enable, link and unlink it. */
    canChange: z.boolean(),
    /** The user may end its sessions and revoke its tokens. */
    canRevoke: z.boolean(),
  });
export type PersonDetailView = z.output<typeof personDetailView>;

export const changedPersonView = refView.extend({ username: z.string() });
export const endedView = z.object({ sessions: countView });
