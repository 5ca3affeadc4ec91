import { attentionKinds, errorView, instantView, refView, storedNoticeSchema } from "@kluis/domain";
import { z } from "zod";

/** Something that needs attention. */
export const attentionView = z.object({
  key: z.string(),
  kind: z.enum(attentionKinds),
  /** The VM that it is about; null: the installation. */
  vm: refView.nullable(),
  /** The problem, in English. */
  message: z.string(),
  /** `message` as a notice; null when this version does not know it. */
  notice: storedNoticeSchema,
  /** Why, with what to do. */
  error: errorView.nullable(),
  /** Of a VM whose points are less consistent than requested: why the newest one is, in English and as a notice. */
  why: z.string().nullable(),
  whyNotice: storedNoticeSchema,
  raisedAt: instantView,
});
export type AttentionView = z.infer<typeof attentionView>;
