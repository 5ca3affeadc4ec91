import { procedure } from "../../procedures.ts";
import { overview } from "../../services/overview.ts";

/** Is everything protected, and what needs me? */
export const getOverview = procedure.requires("inventory:read").query(({ ctx }) => overview(ctx));
