import { errorView, healthParts, instantView, noticeSchema, refView } from "@kluis/domain";
import { z } from "zod";

const healthPartView = z.object({
  part: z.enum(healthParts),
  /** The connection, vault or work that the part `azure`, `vault` or `work` is about; null for all of them. */
  subject: refView.nullable(),
  ok: z.boolean(),
  /** An error code, `ATTENTION`, `ENGINE_SILENT` or `NOT_CHECKED`; null when the part is healthy. */
  code: z.string().nullable(),
  message: z.string(),
  /** The message as a notice; null when it is the message of `error`. */
  notice: noticeSchema.nullable(),
  error: errorView.nullable(),
  checkedAt: instantView.nullable(),
  /** Since when it is as `ok` says; null when unknown. */
  since: instantView.nullable(),
  /** Of `work`: how many items failed, and the first of them in words; null when none did. */
  failed: z.object({ items: z.int(), first: z.string().nullable() }).nullable().default(null),
});
export type HealthPartView = z.input<typeof healthPartView>;

/** What sealing again did. `unreadable`: connections and vaults whose secret must be entered again. */
export const resealedView = z.object({ resealed: z.int(), unreadable: z.array(z.string()) });

export const healthView = z.object({
  ok: z.boolean(),
  version: z.string(),
  checkedAt: instantView,
  parts: z.array(healthPartView),
});
export type HealthView = z.infer<typeof healthView>;
