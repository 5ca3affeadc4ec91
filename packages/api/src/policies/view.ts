import {
  actorView,
  instantView,
  noticeSchema,
  policyDocumentSchema,
  refView,
  retentionTiers,
} from "@kluis/domain";
import { z } from "zod";

/** A policy in a list. */
export const policyRow = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  /** null: offered to every team by the platform owner. */
  team: refView.nullable(),
  currentVersion: z.int(),
  document: policyDocumentSchema,
  /** The policy in English. */
  sentence: z.string(),
  /** Visible VMs that it protects. */
  vmCount: z.int(),
  nextRunAt: instantView.nullable(),
  /** Limits of Azure that the policy exceeds or comes close to, each an English sentence, and the same as notices. */
  notes: z.array(z.string()),
  noteNotices: z.array(noticeSchema),
  createdAt: instantView,
  can: z.object({ edit: z.boolean() }),
});

const policyVersion = z.object({
  version: z.int(),
  document: policyDocumentSchema,
  sentence: z.string(),
  createdAt: instantView,
  createdBy: actorView,
});

export const policyView = policyRow.extend({
  /** Newest first. */
  versions: z.array(policyVersion),
  vms: z.array(refView),
});
export type PolicyView = z.infer<typeof policyView>;

/** A policy after it was saved. */
export const savedPolicyView = refView.extend({ version: z.int() });

/** How retention would judge an existing recovery point. */
const judgedPoint = z.object({
  id: z.string(),
  vm: refView,
  takenAt: instantView,
  keep: z.boolean(),
  tiers: z.array(z.enum(retentionTiers)),
  reason: z.string(),
  reasonNotice: noticeSchema,
  expiresAt: instantView.nullable(),
});

/** The effects of a document before it is saved. */
export const policyPreview = z.object({
  sentence: z.string(),
  timeZone: z.string(),
  nextRuns: z.array(
    z.object({
      at: instantView,
      /** In the policy's zone, such as `Mon 23 Nov 2026, 01:00 GMT+1`. */
      local: z.string(),
    }),
  ),
  /** The longest time between two runs. */
  longestGapSeconds: z.number(),
  /** The points of the VMs in question, newest first. */
  points: z.array(judgedPoint),
  removed: z.int(),
  /** Hints before saving, each an English sentence, and the same as notices. */
  notes: z.array(z.string()),
  noteNotices: z.array(noticeSchema),
});
