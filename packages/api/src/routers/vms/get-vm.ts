import { z } from "zod";
import { vmRef } from "../../inputs.ts";
import { procedure } from "../../procedures.ts";
import { getVm as get } from "../../vms/service.ts";

export const getVm = procedure
  .requires("inventory:read")
  .input(z.strictObject({ vm: vmRef }))
  .query(({ ctx, input }) => get(ctx, input.vm));
