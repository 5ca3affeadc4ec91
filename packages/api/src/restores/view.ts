/** The schemas of restores as the API sends them. */
import {
  bytesView,
  consistencySchema,
  countView,
  diskKeySchema,
  instantView,
  noticeSchema,
  refView,
} from "@kluis/domain";
import { z } from "zod";
import { violationView } from "../guardrails/view.ts";

const target = z.object({
  name: z.string(),
  resourceId: z.string(),
  subscriptionId: z.string(),
  resourceGroup: z.string(),
  location: z.string(),
  sku: z.string(),
});

export const restorePlan = z.object({
  vm: refView,
  point: z.object({ id: z.string(), takenAt: instantView, consistency: consistencySchema }),
  disk: z.object({ key: diskKeySchema, name: z.string(), bytes: bytesView, allocatedBytes: bytesView }),
  target,
  /** The steps in Azure, in order, each a sentence. */
  steps: z.array(z.string()),
  stepNotices: z.array(noticeSchema),
  /** Notes for the user before the restore, each a sentence. */
  notes: z.array(z.string()),
  noteNotices: z.array(noticeSchema),
  /** The ranges of the disk that cannot be read, as far as they are known; null when nothing is known to be damaged. */
  missing: z
    .object({
      bytes: bytesView,
      /** How many ranges there are, and the first of them. */
      count: countView,
      ranges: z.array(z.object({ offset: bytesView, length: bytesView })),
      /** False: the search has not ended, and may find more. */
      searched: z.boolean(),
    })
    .nullable(),
  /** Guardrails that the target does not keep: the restore would be refused. */
  violations: violationView.array(),
});
export type RestorePlan = z.infer<typeof restorePlan>;

export const startedRestore = z.object({ jobId: z.string(), target });
export type StartedRestore = z.infer<typeof startedRestore>;
