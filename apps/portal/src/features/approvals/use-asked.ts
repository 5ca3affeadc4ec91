"use client";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import type { ApprovalAsked } from "#lib/api-types.ts";
import { useOutcome } from "#lib/use-actions.ts";

/** What follows a request for a second person: a message with how many could approve it, and its page. */
export function useAsked(): (requested: ApprovalAsked) => void {
  const t = useTranslations("approvals");
  const outcome = useOutcome();
  const router = useRouter();
  return ({ id, existed, deciders }) => {
    void outcome.done(t(existed ? "askedBefore" : "asked"), t("askedText", { count: deciders.count }));
    router.push(`/approvals/${id}`);
  };
}
