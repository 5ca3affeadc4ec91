"use client";
import type { PolicyDocument } from "@kluis/domain";
import { useTranslations } from "next-intl";
import { policySentence } from "#features/policies/policy-sentence.ts";
import { useFormat } from "#lib/use-format.ts";

/** Describes policies in the page's language. */
export function usePolicySentence(): (document: PolicyDocument) => string {
  const t = useTranslations("policies");
  const format = useFormat();
  return (document) => policySentence(document, { t, format });
}
