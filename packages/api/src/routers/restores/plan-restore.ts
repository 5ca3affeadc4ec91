import { procedure } from "../../procedures.ts";
import { planRestore as plan } from "../../services/restores.ts";
import { restoreInput } from "./restore-input.ts";

/** What a restore would do in Azure; nothing is created. */
export const planRestore = procedure
  .requires("restore:disks")
  .input(restoreInput)
  .query(({ ctx, input }) => plan(ctx, input));
