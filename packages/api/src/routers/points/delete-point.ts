import { z } from "zod";
import { pointRef } from "../../inputs.ts";
import { deletePoint as remove } from "../../points/service.ts";
import { procedure } from "../../procedures.ts";

/** Starts a job that deletes the point. Its row stays, with who and why. */
export const deletePoint = procedure
  .requires("point:delete")
  .input(
    z.strictObject({
      point: pointRef,
      reason: z.string().trim().min(3, "Say why, in at least three characters.").max(500),
    }),
  )
  .mutation(({ ctx, input }) => remove(ctx, input));
