import { procedure } from "../procedures.ts";
import { overview } from "./service.ts";

/** Is everything protected, and what needs me? */
export const getOverview = procedure.requires("inventory:read").query(({ ctx }) => overview(ctx));
