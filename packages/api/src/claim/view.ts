import { z } from "zod";

export const claimView = z.object({
  /** Kluis has no owner who can sign in, and a code can be used. */
  open: z.boolean(),
});

export const claimedView = z.object({ role: z.literal("owner") });
