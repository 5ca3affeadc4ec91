import { teamView } from "@kluis/db";
import { procedure } from "../procedures.ts";
import { listTeams } from "./service.ts";

export const teamProcedures = {
  /** The user's teams; all teams for an organization-wide role. */
  list: procedure
    .requires("inventory:read")
    .output(teamView.array())
    .query(({ ctx }) => listTeams(ctx)),
};
