import {
  actorView,
  countView,
  instantView,
  noticeSchema,
  policyFields,
  refView,
  retentionAgeSchema,
  retentionTiers,
  storedPolicyDocumentSchema,
} from "@kluis/domain";
import { z } from "zod";
import { approvalAsked } from "../approvals/view.ts";
import { violationView } from "../guardrails/view.ts";

const policyValue = z
  .union([
    z.string(),
    z.number(),
    z.boolean(),
    z.array(z.union([z.string(), z.number()])),
    retentionAgeSchema,
  ])
  .nullable();

/** A field that one version changed of the one before; null: not set. */
export const policyChange = z.object({
  field: z.enum(policyFields),
  before: policyValue,
  after: policyValue,
  /** In English, such as `Most MiB per second: 50; before: not set`. */
  text: z.string(),
});

/** A policy in a list. */
export const policyRow = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  /** null: offered to every team by the platform owner. */
  team: refView.nullable(),
  currentVersion: z.int(),
  document: storedPolicyDocumentSchema,
  /** The policy in English. */
  sentence: z.string(),
  /** Visible VMs that it protects. */
  vmCount: z.int(),
  nextRunAt: instantView.nullable(),
  /** Limits of Azure that the policy exceeds or comes close to, each an English sentence, and the same as notices. */
  notes: z.array(z.string()),
  noteNotices: z.array(noticeSchema),
  /** Guardrails that its present version does not keep. Its backups continue. */
  violations: violationView.array(),
  createdAt: instantView,
  /** Since when it takes no virtual machines; null while it does. */
  retiredAt: instantView.nullable(),
  can: z.object({ edit: z.boolean() }),
});

const policyVersion = z.object({
  version: z.int(),
  document: storedPolicyDocumentSchema,
  sentence: z.string(),
  createdAt: instantView,
  createdBy: actorView,
  /** What it changed of the version before; nothing for the first. */
  changes: z.array(policyChange),
});

export const policyView = policyRow.extend({
  /** Newest first. */
  versions: z.array(policyVersion),
  vms: z.array(refView),
  /** All VMs that it protects, also those that the user does not see; null for a user who may not edit it. */
  governedVms: countView.nullable(),
});
export type PolicyView = z.infer<typeof policyView>;

/** Who can have a policy that the user writes. */
export const policyOffers = z.object({
  /** Whether it can be offered to every team. */
  everyTeam: z.boolean(),
  /** The teams that can have it, by name. */
  teams: z.array(refView),
});

/** A policy after it was saved. */
export const savedPolicyView = refView.extend({ version: z.int() });

/** A policy after an edit; when it was only requested, as it was before. */
export const updatedPolicyView = savedPolicyView.extend({
  /** Set: nothing was saved, a second person must approve it. */
  requested: approvalAsked.nullable(),
});

/** A policy after it was retired, or taken back into use. */
export const retiredPolicyView = savedPolicyView.extend({
  retiredAt: instantView.nullable(),
  /** All virtual machines that it still protects. */
  vms: countView,
});

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

/** What a change of rules takes of a VM. */
const vmEffect = z.object({
  vm: refView,
  /** Points that go at once. */
  removed: countView,
  /** Points that are kept for a shorter time. */
  sooner: countView,
  /** Whether the user may shorten the retention of the VM. */
  allowed: z.boolean(),
});

/** What a new version takes of all VMs that the policy protects, also of those that the user does not see. */
const changeEffect = z.object({
  vms: countView,
  removed: countView,
  /** VMs that lose points at once. */
  removedVms: countView,
  sooner: countView,
  /** VMs whose retention the user may not shorten: while there are any, a save is refused. */
  refusedVms: countView,
  /** A page of the affected VMs that the user sees, those that lose most first. */
  rows: z.array(vmEffect),
  page: z.int(),
  /** All affected VMs that the user sees. */
  total: countView,
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
  /** Against the present version of the policy in the input; null without one, and for a user who may not edit it. */
  effect: changeEffect.nullable(),
  /** What the document changes of the present version of the policy in the input. */
  changes: z.array(policyChange),
  /** Guardrails that the document does not keep: it would be refused. */
  violations: violationView.array(),
  /** Hints before saving, each an English sentence, and the same as notices. */
  notes: z.array(z.string()),
  noteNotices: z.array(noticeSchema),
});
