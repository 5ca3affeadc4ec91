import { procedure } from "../procedures.ts";
import { overview } from "./service.ts";
import { overviewView } from "./view.ts";

export const overviewProcedures = {
  get: procedure
    .requires("inventory:read")
    .output(overviewView)
    .query(({ ctx }) => overview(ctx)),
};
