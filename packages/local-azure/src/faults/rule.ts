/** A fault rule: which calls it hits, how often, and with which effect. */
import { z } from "zod";
import { faultEffectSchema } from "./effects.ts";

/**
 * The calls that a rule hits. `operation` names a call (`restorePoints.create`, `blob.get`), the
 * work of a long-running operation (`work:restorePoints.create`) or a part of the guest
 * (`guest.vss`); a trailing `*` matches any rest. `path` is a regular expression on the path of the
 * request, or on the id of the resource behind an access URL or a long-running operation.
 */
const faultMatchSchema = z.object({
  operation: z.string().optional(),
  method: z.string().optional(),
  path: z.string().optional(),
});

export const faultRuleSchema = z.object({
  id: z.string(),
  match: faultMatchSchema,
  effect: faultEffectSchema,
  /** Matching calls that still pass before the first hit. */
  skip: z.number().int().min(0),
  /** Hits left; absent means no limit. */
  times: z.number().int().min(0).optional(),
  probability: z.number().min(0).max(1),
  /** State of the rule's random generator: the same seed gives the same hits. */
  seed: z.number().int(),
  hits: z.number().int(),
});

/** The input of "add a fault". */
export const faultInputSchema = z.object({
  match: faultMatchSchema.default({}),
  effect: faultEffectSchema,
  skip: z.number().int().min(0).default(0),
  times: z.number().int().min(1).optional(),
  probability: z.number().min(0).max(1).default(1),
  seed: z.number().int().default(1),
});

export type FaultRule = z.infer<typeof faultRuleSchema>;
export type FaultInput = z.input<typeof faultInputSchema>;
