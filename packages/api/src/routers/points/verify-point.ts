import { z } from "zod";
import { procedure } from "../../procedures.ts";
import { verifyPoint as verify } from "../../services/points.ts";
import { pointRef } from "../paging.ts";

/** Starts a job: quick checks structure and existence; full decrypts and digests every byte. */
export const verifyPoint = procedure
  .requires("backup:run")
  .input(z.strictObject({ point: pointRef, mode: z.enum(["quick", "full"]).default("quick") }))
  .mutation(({ ctx, input }) => verify(ctx, input));
