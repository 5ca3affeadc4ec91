import { z } from "zod";
import { procedure } from "../../procedures.ts";
import { revokeToken as revoke } from "../../tokens/service.ts";

export const revokeToken = procedure
  .requires("self")
  .input(z.strictObject({ id: z.uuid() }))
  .mutation(({ ctx, input }) => revoke(ctx, input.id));
