import { procedure } from "../procedures.ts";
import { localeInput } from "./inputs.ts";
import { describeMe, setLocale } from "./service.ts";
import { localeView, meView } from "./view.ts";

export const meProcedures = {
  /** Who is signed in, and the permissions they hold anywhere. */
  get: procedure
    .requires("self")
    .output(meView)
    .query(({ ctx }) => describeMe(ctx)),

  /** Chooses the language of the portal. */
  setLocale: procedure
    .requires("self")
    .input(localeInput)
    .output(localeView)
    .mutation(({ ctx, input }) => setLocale(ctx, input.locale)),
};
