import { permissions, textLine } from "@kluis/domain";
import { z } from "zod";

export const createTokenInput = z.strictObject({
  name: textLine.min(1).max(80),
  /** Chosen one by one: a permission that is not named is not given, also later. */
  permissions: z.array(z.enum(permissions)).min(1).max(permissions.length),
  expiresInDays: z.int().min(1).max(365).default(90),
});
export type CreateTokenInput = z.infer<typeof createTokenInput>;

export const tokenInput = z.strictObject({ id: z.uuid() });
