import { limits, permissions, textLine, tokenKinds } from "@kluis/domain";
import { z } from "zod";
import { teamRef } from "../teams/inputs.ts";

export const createTokenInput = z.strictObject({
  name: textLine.min(1).max(80),
  /** Chosen one by one: a permission that is not named is not given, also later. */
  permissions: z.array(z.enum(permissions)).min(1).max(permissions.length),
  kind: z.enum(tokenKinds).default("standard"),
  /** The only team that it reaches; absent: every team of the user. */
  team: teamRef.optional(),
  expiresInDays: z.int().min(1).max(365).default(limits.tokenDefaultDays),
  /** Days without a use after which it ends. */
  idleDays: z.int().min(1).max(365).default(limits.tokenIdleDays),
});
export type CreateTokenInput = z.infer<typeof createTokenInput>;

export const tokenInput = z.strictObject({ id: z.uuid() });
