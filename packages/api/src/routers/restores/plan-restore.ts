import { procedure } from "../../procedures.ts";
import { restoreInput } from "../../restores/inputs.ts";
import { planRestore as plan } from "../../restores/service.ts";

/** What a restore would do in Azure; nothing is created. */
export const planRestore = procedure
  .requires("restore:disks")
  .input(restoreInput)
  .query(({ ctx, input }) => plan(ctx, input));
