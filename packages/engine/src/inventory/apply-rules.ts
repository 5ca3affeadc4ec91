/** Applies assignment rules to VMs that no policy protects, and ends exclusions that have expired. */
import {
  applyRule,
  type ExclusionRow,
  forgetOldRefusals,
  inTransaction,
  knownError,
  listAppliedRules,
  listDueExclusions,
  listRuleCandidates,
  noteRefused,
  noteRuleRefusal,
  type RuleCandidate,
  type StandingRule,
  settleExclusion,
} from "@kluis/db";
import { type ErrorCode, errorInfo } from "@kluis/domain";
import { type RecurringWork, runWork, type WorkDeps, type WorkPage } from "../runtime/recurring-work.ts";
import type { Again } from "../runtime/tasks.ts";

/** VMs and exclusions that one page reads. */
const PAGE = 100;

type Item =
  | { readonly kind: "exclusion"; readonly exclusion: ExclusionRow }
  | { readonly kind: "vm"; readonly vm: RuleCandidate }
  /** What the pass could not protect by a rule. */
  | { readonly kind: "rule"; readonly rule: StandingRule; readonly rules: readonly StandingRule[] };

/** Protects the VMs that rules match. A VM that cannot be protected is noted with the reason, and stops no other. */
export function applyRules(deps: WorkDeps, signal: AbortSignal): Promise<Again | null> {
  return runWork(deps, applying(deps), signal);
}

function applying(deps: WorkDeps): RecurringWork<Item> {
  return {
    name: "assignment",
    page: (cursor) => pageAt(deps, cursor),
    nameOf(item) {
      switch (item.kind) {
        case "exclusion":
          return `exclusion of VM ${item.exclusion.vmName}`;
        case "vm":
          return `VM ${item.vm.name}`;
        case "rule":
          return `rule ${item.rule.name}`;
      }
      return item satisfies never;
    },
    async work(item) {
      switch (item.kind) {
        case "exclusion":
          return inTransaction(deps.db, (tx) => settleExclusion(tx, item.exclusion, deps.clock));
        case "vm":
          return protect(deps, item.vm);
        case "rule":
          return inTransaction(deps.db, (tx) => noteRefused(tx, item.rules, item.rule));
      }
      item satisfies never;
    },
  };
}

/** Exclusions first, so that a VM whose exclusion has expired is protected by the same pass. */
async function pageAt({ db }: WorkDeps, cursor: string | null): Promise<WorkPage<Item>> {
  const [phase = "exclusions", place = ""] = cursor?.split(":") ?? [];
  const page = { after: place === "" ? null : place, limit: PAGE };
  if (phase === "exclusions") {
    const found = await listDueExclusions(db.prisma, page);
    const items = found.map((exclusion) => ({ kind: "exclusion", exclusion }) as const);
    const last = found.length < PAGE ? undefined : found.at(-1);
    return { items, next: last === undefined ? "vms" : `exclusions:${last.id}` };
  }
  const rules = await listAppliedRules(db.prisma);
  if (phase === "vms") {
    const found = await listRuleCandidates(db.prisma, rules, page);
    const last = found.length < PAGE ? undefined : found.at(-1);
    const items = found.map((vm) => ({ kind: "vm", vm }) as const);
    return { items, next: last === undefined ? "rules" : `vms:${last.id}` };
  }
  await inTransaction(db, (tx) => forgetOldRefusals(tx, rules));
  return { items: rules.map((rule) => ({ kind: "rule", rule, rules }) as const), next: null };
}

/** Refusals that a person must end. Any other error is a failure of the pass. */
const refusals: readonly ErrorCode[] = [
  "FORBIDDEN",
  "GUARDRAIL",
  "CONFLICT",
  "INPUT_INVALID",
  "VM_NOT_FOUND",
  "POLICY_NOT_FOUND",
  "DISK_NOT_FOUND",
  "DISK_NOT_SUPPORTED",
  "CONNECTION_UNUSABLE",
];

async function protect(deps: WorkDeps, vm: RuleCandidate): Promise<void> {
  try {
    await applyRule(deps.db, vm.id, deps.clock);
  } catch (error) {
    const known = knownError(error);
    if (!refusals.includes(known.code)) throw error;
    await inTransaction(deps.db, (tx) => noteRuleRefusal(tx, vm, errorInfo(known)));
  }
}
