import { z } from "zod";
import { procedure } from "../../procedures.ts";
import { deletePoint as remove } from "../../services/points.ts";
import { pointRef } from "../paging.ts";

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
