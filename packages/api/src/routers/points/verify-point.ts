import { z } from "zod";
import { pointRef } from "../../inputs.ts";
import { verifyPoint as verify } from "../../points/service.ts";
import { procedure } from "../../procedures.ts";

/** Starts a job: quick checks structure and existence; full decrypts and digests every byte. */
export const verifyPoint = procedure
  .requires("backup:run")
  .input(z.strictObject({ point: pointRef, mode: z.enum(["quick", "full"]).default("quick") }))
  .mutation(({ ctx, input }) => verify(ctx, input));
