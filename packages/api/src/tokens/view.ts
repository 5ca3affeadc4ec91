import { instantView, permissions, refView, tokenKinds } from "@kluis/domain";
import { z } from "zod";

/** `idle`: it was not used for too long. */
export const tokenStates = ["active", "revoked", "expired", "idle"] as const;

export const tokenView = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.enum(tokenKinds),
  /** The only team that it reaches; null: every team of its owner. A team that was removed has no name: the token reaches nothing. */
  team: refView.extend({ name: z.string().nullable() }).nullable(),
  /** Empty: none. */
  permissions: z.array(z.enum(permissions)),
  createdAt: instantView,
  expiresAt: instantView.nullable(),
  /** Days without a use after which it ends, and when that is unless it is used. */
  idleDays: z.int(),
  idleUntil: instantView,
  /** Whether it works now. */
  state: z.enum(tokenStates),
  lastUsedAt: instantView.nullable(),
  revokedAt: instantView.nullable(),
});

/** The secret is sent this once; only its digest is stored. */
export const createdTokenView = z.object({ token: tokenView, secret: z.string() });

/** What a new token of the user can have. */
export const tokenOptionsView = z.object({
  /** Of a token for every team of the user. */
  permissions: z.array(z.enum(permissions)),
  /** The teams for which a token can be made, with the permissions that the user has in each. */
  teams: z.array(refView.extend({ permissions: z.array(z.enum(permissions)) })),
});
