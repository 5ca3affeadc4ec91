"use client";
import type { PolicyDocument } from "@kluis/domain";
import { useTranslations } from "next-intl";
import { policySentence, shortPolicySentence } from "#features/policies/policy-sentence.ts";
import { useFormat } from "#lib/use-format.ts";

/** Describes policies in the page's language; `short` leaves out consistency and snapshots. */
export function usePolicySentence(length: "whole" | "short" = "whole"): (document: PolicyDocument) => string {
  const t = useTranslations("policies");
  const transfer = useTranslations("policyTransfer");
  const verification = useTranslations("policyVerification");
  const scripts = useTranslations("policyScripts");
  const format = useFormat();
  const describe = length === "short" ? shortPolicySentence : policySentence;
  return (document) => describe(document, { t, transfer, verification, scripts, format });
}
