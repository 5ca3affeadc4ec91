import { procedure } from "../../procedures.ts";
import { listPolicies as list } from "../../services/policies.ts";

export const listPolicies = procedure.requires("inventory:read").query(({ ctx }) => list(ctx));
