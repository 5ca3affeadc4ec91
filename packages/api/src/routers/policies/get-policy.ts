import { z } from "zod";
import { policyRef } from "../../inputs.ts";
import { getPolicy as get } from "../../policies/service.ts";
import { procedure } from "../../procedures.ts";

export const getPolicy = procedure
  .requires("inventory:read")
  .input(z.strictObject({ policy: policyRef }))
  .query(({ ctx, input }) => get(ctx, input.policy));
