import { procedure } from "../procedures.ts";
import { claimInput } from "./inputs.ts";
import { readClaim, useClaim } from "./service.ts";
import { claimedView, claimView } from "./view.ts";

export const claimProcedures = {
  /** Whether Kluis waits for its first owner. */
  get: procedure
    .requires("self")
    .output(claimView)
    .query(({ ctx }) => readClaim(ctx)),

  /** Makes the user the first owner, with the code that the start printed. */
  use: procedure
    .requires("self")
    .input(claimInput)
    .output(claimedView)
    .mutation(({ ctx, input }) => useClaim(ctx, input.code)),
};
