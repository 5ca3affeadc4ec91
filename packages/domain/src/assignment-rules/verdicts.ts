/** What an assignment rule does with a VM in its team's reach, and why. */
import { vmRefusalKinds } from "../capture/vm-refusals.ts";
import { suitabilityTexts } from "../vms/vm-suitability-texts.ts";

/**
 * `matched`: it protects the VM. `refused`: it matches, and the VM cannot be protected. `excluded`: an exclusion is in force.
 * `stopped`: a person stopped the protection. `earlier-rule`: another rule comes first. `protected`: the VM has a policy already.
 * `left`: this rule protected it and does not match it any more.
 */
export const ruleVerdicts = [
  "matched",
  "refused",
  "excluded",
  "stopped",
  "earlier-rule",
  "protected",
  "left",
  "not-matched",
] as const;
export type RuleVerdict = (typeof ruleVerdicts)[number];

export const ruleVerdictTexts = {
  matched: "Would be protected",
  refused: "Cannot be protected",
  excluded: "Excluded",
  stopped: "Stopped by a person",
  "earlier-rule": "Another rule comes first",
  protected: "Already protected",
  left: "Protected, does not match any more",
  "not-matched": "Not matched",
} as const satisfies Record<RuleVerdict, string>;

/** Why a VM that matches cannot be protected: what its facts say, and what the installation says. */
export const ruleRefusals = [
  ...vmRefusalKinds,
  /** Its subscription has no connection that is enabled. */
  "no-connection",
  /** It has recovery points: only a person decides which rules hold for them. */
  "has-points",
  /** The rule protects nothing at the moment. */
  "rule-blocked",
  /** The last try failed; its error says why. */
  "failed",
] as const;
export type RuleRefusal = (typeof ruleRefusals)[number];

export const ruleRefusalTexts = {
  "confidential-vm": suitabilityTexts["confidential-vm"].text,
  "uniform-scale-set": suitabilityTexts["uniform-scale-set"].text,
  "size-without-premium-storage": suitabilityTexts["size-without-premium-storage"].text,
  "no-disk-left": "None of its disks can be backed up.",
  "no-connection": "No enabled connection reads its subscription.",
  "has-points":
    "It has recovery points of before; protect it by hand, so that you see what the policy removes.",
  "rule-blocked": "The rule protects nothing at the moment.",
  failed: "The last try failed.",
} as const satisfies Record<RuleRefusal, string>;
