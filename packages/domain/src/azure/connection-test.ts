/** Results of tests of connections and vaults, as stored and sent. */
import { z } from "zod";
import { errorView } from "../base/view.ts";
import { vaultChecks } from "./connections.ts";

/** A subscription that the identity of a connection sees. */
export const testedSubscriptionSchema = z.object({
  /** Lower case. */
  id: z.string(),
  name: z.string(),
  /** Azure's state: `Enabled`, `Warned`, `PastDue`, `Disabled`, `Deleted`. */
  state: z.string(),
  /** Actions of the role that the identity does not hold; null when Azure does not tell. */
  missing: z.array(z.string()).nullable(),
  /** Why the subscription cannot be read; null when it can. */
  error: errorView.nullable(),
});
export type TestedSubscription = z.infer<typeof testedSubscriptionSchema>;

export const connectionTestSchema = z.object({
  /** Null: the identity signs in and reads at least one subscription. */
  error: errorView.nullable(),
  subscriptions: z.array(testedSubscriptionSchema),
});
export type ConnectionTest = z.infer<typeof connectionTestSchema>;

export const vaultTestSchema = z.object({
  checks: z.array(
    z.object({
      check: z.enum(vaultChecks),
      /** Null: passed. */
      error: errorView.nullable(),
    }),
  ),
  /** How far the clock of the storage is from the engine's, in milliseconds; null when unknown. */
  clockSkewMs: z.number().nullable(),
});
export type VaultTest = z.infer<typeof vaultTestSchema>;
