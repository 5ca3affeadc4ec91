import { procedure } from "../procedures.ts";
import { overview } from "./service.ts";

export const overviewProcedures = {
  get: procedure.requires("inventory:read").query(({ ctx }) => overview(ctx)),
};
