import { procedure } from "../procedures.ts";
import { localeInput, mySessionInput } from "./inputs.ts";
import { describeMe, setLocale } from "./service.ts";
import { endMySession, mySessions, signOutEverywhere } from "./sessions.ts";
import { endedSessionsView, localeView, meView, mySessionView } from "./view.ts";

export const meProcedures = {
  /** Who is signed in, and the permissions they hold anywhere. */
  get: procedure
    .requires("self")
    .output(meView)
    .query(({ ctx }) => describeMe(ctx)),

  /** The user's own open sessions. */
  sessions: procedure
    .requires("self")
    .output(mySessionView.array())
    .query(({ ctx }) => mySessions(ctx)),

  endSession: procedure
    .requires("self")
    .input(mySessionInput)
    .output(endedSessionsView)
    .mutation(({ ctx, input }) => endMySession(ctx, input.session)),

  /** Ends every session of the user, also the one of this request. */
  signOutEverywhere: procedure
    .requires("self")
    .output(endedSessionsView)
    .mutation(({ ctx }) => signOutEverywhere(ctx)),

  /** Chooses the language of the portal. */
  setLocale: procedure
    .requires("self")
    .input(localeInput)
    .output(localeView)
    .mutation(({ ctx, input }) => setLocale(ctx, input.locale)),
};
