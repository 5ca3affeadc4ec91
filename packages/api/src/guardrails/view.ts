import {
  actorView,
  countView,
  guardrailFields,
  guardrailsForm,
  instantView,
  pageView,
  refView,
} from "@kluis/domain";
import { z } from "zod";

const scalar = z.union([z.string(), z.number()]);

/** A guardrail that something does not keep, and what would pass; pages word it by rule and parameters. */
export const violationView = z.object({
  rule: z.string(),
  params: z.record(z.string(), scalar),
  /** In English. */
  message: z.string(),
  action: z.string(),
});

const guardrailValue = z.union([scalar, z.boolean(), z.array(z.string())]).nullable();

/** A field that one version changed of the one before; null: not restricted. */
export const guardrailChangeView = z.object({
  field: z.enum(guardrailFields),
  before: guardrailValue,
  after: guardrailValue,
  /** In English, such as `Hours between backups, at most: 24; before: not restricted`. */
  text: z.string(),
});

const violating = refView.extend({ violations: violationView.array() });

/** Policies, vaults and teams outside the guardrails: the first of each kind by name, with how many there are. Only what the reader sees. */
export const violationsView = z.object({
  policies: z.array(violating.extend({ team: refView.nullable(), vms: countView })),
  vaults: z.array(violating),
  teams: z.array(violating),
  totals: z.object({ policies: countView, vaults: countView, teams: countView }),
});

export const guardrailsView = z.object({
  /** 0: none was saved yet. */
  version: z.int(),
  document: guardrailsForm,
  /** Each guardrail that restricts something, in English. */
  sentences: z.array(z.string()),
  changedAt: instantView.nullable(),
  changedBy: actorView.nullable(),
  /** Why this caller, from this address, may not download; null: the guardrails allow it. */
  download: violationView.nullable(),
  can: z.object({ edit: z.boolean() }),
});

/** What a document changes, and what would not keep it, before it is saved. */
export const guardrailsPreview = z.object({
  changes: z.array(guardrailChangeView),
  violations: violationsView,
  /** Policies whose own, shorter rules remove points again that the present guardrails hold. */
  released: z.array(refView),
});

export const savedGuardrailsView = z.object({ version: z.int(), changes: z.array(guardrailChangeView) });

export const guardrailHistoryView = pageView(
  z.object({
    version: z.int(),
    document: guardrailsForm,
    createdAt: instantView,
    createdBy: actorView,
    changes: z.array(guardrailChangeView),
  }),
);
