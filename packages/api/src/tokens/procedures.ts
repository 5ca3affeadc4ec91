import { permissions } from "@kluis/domain";
import { z } from "zod";
import { procedure } from "../procedures.ts";
import { createToken as create } from "./service.ts";

export const createTokenInput = z.strictObject({
  name: z.string().trim().min(1).max(80),
  /** Empty: everything its owner may do, now and later. */
  permissions: z.array(z.enum(permissions)).max(permissions.length).default([]),
  expiresInDays: z.int().min(1).max(365).default(90),
});

/** The secret is in the answer, once, and nowhere else. */
export const createToken = procedure
  .requires("self")
  .input(createTokenInput)
  .mutation(({ ctx, input }) => create(ctx, input));
