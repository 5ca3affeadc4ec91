import { z } from "zod";
import { procedure } from "../../procedures.ts";
import { getPolicy as get } from "../../services/policies.ts";
import { policyRef } from "../paging.ts";

export const getPolicy = procedure
  .requires("inventory:read")
  .input(z.strictObject({ policy: policyRef }))
  .query(({ ctx, input }) => get(ctx, input.policy));
