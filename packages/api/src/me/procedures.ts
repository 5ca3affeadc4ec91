import { procedure } from "../procedures.ts";
import { describeMe } from "./service.ts";

export const meProcedures = {
  /** Who is signed in, and the permissions they hold anywhere. */
  get: procedure.requires("self").query(({ ctx }) => describeMe(ctx)),
};
