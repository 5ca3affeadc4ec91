import { procedure } from "../procedures.ts";
import { readHealth } from "./service.ts";

export const settingsProcedures = {
  health: procedure.requires("self").query(({ ctx }) => readHealth(ctx.api)),
};
