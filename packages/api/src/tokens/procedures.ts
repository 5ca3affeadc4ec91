import { procedure } from "../procedures.ts";
import { createTokenInput, tokenInput } from "./inputs.ts";
import { createToken, listTokens, revokeToken } from "./service.ts";
import { createdTokenView, tokenView } from "./view.ts";

export const tokenProcedures = {
  /** The user's own tokens, without their secrets. */
  list: procedure
    .requires("self")
    .output(tokenView.array())
    .query(({ ctx }) => listTokens(ctx)),

  /** Returns the secret once; only its digest is stored. */
  create: procedure
    .requires("self")
    .input(createTokenInput)
    .output(createdTokenView)
    .mutation(({ ctx, input }) => createToken(ctx, input)),

  revoke: procedure
    .requires("self")
    .input(tokenInput)
    .output(tokenView)
    .mutation(({ ctx, input }) => revokeToken(ctx, input.id)),
};
