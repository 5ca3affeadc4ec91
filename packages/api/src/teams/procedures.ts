import { procedure } from "../procedures.ts";
import { listTeams as list } from "./service.ts";

/** The teams that this person belongs to; an organisation-wide role sees all. */
export const listTeams = procedure.requires("inventory:read").query(({ ctx }) => list(ctx));
