import { procedure } from "../procedures.ts";
import { explainInput } from "./inputs.ts";
import { explain } from "./service.ts";
import { explanationView } from "./view.ts";

export const accessProcedures = {
  /** Why a user may or may not do something: on a VM, in a team, or in the organization. */
  explain: procedure
    .requires("self")
    .input(explainInput)
    .output(explanationView)
    .query(({ ctx, input }) => explain(ctx, input)),
};
