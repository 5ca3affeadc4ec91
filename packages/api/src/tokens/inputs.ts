import { permissions } from "@kluis/domain";
import { z } from "zod";

export const createTokenInput = z.strictObject({
  name: z.string().trim().min(1).max(80),
  /** Empty: every permission of its owner, also those that are granted later. */
  permissions: z.array(z.enum(permissions)).max(permissions.length).default([]),
  expiresInDays: z.int().min(1).max(365).default(90),
});
export type CreateTokenInput = z.infer<typeof createTokenInput>;

export const tokenInput = z.strictObject({ id: z.uuid() });
