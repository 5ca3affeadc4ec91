import { procedure } from "../procedures.ts";
import { createTokenInput, tokenInput } from "./inputs.ts";
import { createToken, listTokens, readOptions, revokeToken } from "./service.ts";
import { createdTokenView, tokenOptionsView, tokenView } from "./view.ts";

export const tokenProcedures = {
  /** The user's own tokens, without their secrets. */
  list: procedure
    .requires("self")
    .output(tokenView.array())
    .query(({ ctx }) => listTokens(ctx)),

  /** The permissions and teams that a new token can have. */
  options: procedure
    .requires("self")
    .output(tokenOptionsView)
    .query(({ ctx }) => readOptions(ctx)),

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
