import { z } from "zod";
import { procedure } from "../../procedures.ts";
import { getVm as get } from "../../services/vms.ts";
import { vmRef } from "../paging.ts";

export const getVm = procedure
  .requires("inventory:read")
  .input(z.strictObject({ vm: vmRef }))
  .query(({ ctx, input }) => get(ctx, input.vm));
