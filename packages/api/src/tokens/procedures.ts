import { procedure } from "../procedures.ts";
import { createTokenInput, tokenInput } from "./inputs.ts";
import { createToken, listTokens, revokeToken } from "./service.ts";

export const tokenProcedures = {
  /** The user's own tokens, without their secrets. */
  list: procedure.requires("self").query(({ ctx }) => listTokens(ctx)),

  /** Returns the secret once; only its digest is stored. */
  create: procedure
    .requires("self")
    .input(createTokenInput)
    .mutation(({ ctx, input }) => createToken(ctx, input)),

  revoke: procedure
    .requires("self")
    .input(tokenInput)
    .mutation(({ ctx, input }) => revokeToken(ctx, input.id)),
};
