import { listPolicies as list } from "../../policies/service.ts";
import { procedure } from "../../procedures.ts";

export const listPolicies = procedure.requires("inventory:read").query(({ ctx }) => list(ctx));
