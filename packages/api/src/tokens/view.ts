import { instantView, permissions } from "@kluis/domain";
import { z } from "zod";

export const tokenView = z.object({
  id: z.string(),
  name: z.string(),
  /** Empty: none. */
  permissions: z.array(z.enum(permissions)),
  createdAt: instantView,
  expiresAt: instantView.nullable(),
  lastUsedAt: instantView.nullable(),
  revokedAt: instantView.nullable(),
});

/** The secret is sent this once; only its digest is stored. */
export const createdTokenView = z.object({ token: tokenView, secret: z.string() });
