import { procedure } from "../procedures.ts";
import { readHealth } from "./service.ts";
import { healthView } from "./view.ts";

export const settingsProcedures = {
  health: procedure
    .requires("self")
    .output(healthView)
    .query(({ ctx }) => readHealth(ctx.api)),
};
