import { z } from "zod";

/** What a fault does to the call that it hits. */
export const faultEffectSchema = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("fail"),
    status: z.number().int().min(400).max(599).default(500),
    code: z.string().default("InternalServerError"),
    message: z.string().default("A fault was asked for."),
  }),
  z.object({ type: z.literal("throttle"), retryAfterSeconds: z.number().int().min(1).default(5) }),
  z.object({ type: z.literal("hang") }),
  z.object({ type: z.literal("drop") }),
  z.object({ type: z.literal("delay"), ms: z.number().int().min(0) }),
  z.object({ type: z.literal("cut"), bytes: z.number().int().min(0) }),
  z.object({ type: z.literal("slow"), bytesPerSecond: z.number().int().min(1) }),
  /** The access grant is revoked after so many bytes of a read, and the connection is cut there. */
  z.object({ type: z.literal("revoke"), bytes: z.number().int().min(0).default(0) }),
]);

/**
 * Which calls are hit. `operation` is the name of a call (`restorePoints.create`, `blob.get`), of the work behind
 * a long-running one (`work:restorePoints.create`) or of something in the guest (`guest.vss`, `guest.agent`,
 * `guest.extension`); a trailing `*` matches any rest. `path` is a regular expression on the request's path.
 */
export const faultMatchSchema = z.object({
  operation: z.string().optional(),
  method: z.string().optional(),
  path: z.string().optional(),
});

export const faultRuleSchema = z.object({
  id: z.string(),
  match: faultMatchSchema,
  effect: faultEffectSchema,
  /** Calls that still pass before the fault begins. */
  skip: z.number().int().min(0),
  /** Hits left; absent = until it is cleared. */
  times: z.number().int().min(0).optional(),
  probability: z.number().min(0).max(1),
  /** State of the rule's own generator, so that a run with one seed repeats. */
  seed: z.number().int(),
  hits: z.number().int(),
});

/** What a caller gives to add a fault. */
export const faultInputSchema = z.object({
  match: faultMatchSchema.default({}),
  effect: faultEffectSchema,
  skip: z.number().int().min(0).default(0),
  times: z.number().int().min(1).optional(),
  probability: z.number().min(0).max(1).default(1),
  seed: z.number().int().default(1),
});

export type FaultEffect = z.infer<typeof faultEffectSchema>;
export type FaultRule = z.infer<typeof faultRuleSchema>;
export type FaultInput = z.input<typeof faultInputSchema>;
