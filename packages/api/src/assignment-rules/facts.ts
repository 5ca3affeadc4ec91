/** What the answers about assignment rules share: sight, and how a VM's verdict is shown. */
import type { AssignmentRuleRow, ExplainedVm, RuleSight } from "@kluis/db";
import { type ErrorInfo, type Ref, type VmVisibility } from "@kluis/domain";
import type { z } from "zod";
import { type SignedInContext, seen } from "../context.ts";
import type { explainedVm } from "./view.ts";

/** The rules that the user sees: those of the teams in which they read. */
export function ruleSight(ctx: SignedInContext): RuleSight {
  const visibility: VmVisibility = seen(ctx);
  return visibility.all ? "all" : { teamIds: visibility.teamIds };
}

/** A rule by its id, when the user sees it. */
export function namedRule(rules: readonly AssignmentRuleRow[], id: string | null): Ref | null {
  const rule = rules.find((one) => one.id === id);
  return rule === undefined ? null : { id: rule.id, name: rule.name };
}

type Explained = z.input<typeof explainedVm>;

export function explanationOf(
  vm: ExplainedVm,
  { visible, block }: { readonly visible: readonly AssignmentRuleRow[]; readonly block: ErrorInfo | null },
): Omit<Explained, "id" | "name" | "resourceGroup"> {
  const { verdict, refusal, error, policy, byRule, stoppedBy, stoppedAt, winner } = vm;
  const { exclusionOwner: owner, exclusionReason: reason, exclusionUntil: until } = vm;
  return {
    verdict,
    refusal,
    error: refusal === "rule-blocked" ? block : error,
    policy,
    byRule,
    stopped: verdict === "stopped" ? { by: stoppedBy?.name ?? null, at: stoppedAt } : null,
    exclusion: owner === null || reason === null || until === null ? null : { owner, reason, until },
    earlier: verdict === "earlier-rule" ? namedRule(visible, winner) : null,
  };
}
