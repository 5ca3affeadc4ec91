"use client";
import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useKindText } from "#features/approvals/approval-words.tsx";
import { every } from "#lib/polling.ts";
import { useTRPC } from "#lib/trpc.tsx";
import { Alert } from "#ui/alert.tsx";

type Of = { readonly vm: string } | { readonly point: string } | { readonly policy: string };

/** Says on the page of a VM, a point or a policy that requests about it wait. */
export function WaitingNotice({ of }: { of: Of }) {
  const t = useTranslations("approvals");
  const trpc = useTRPC();
  const kindText = useKindText();
  const input = { ...of, state: ["pending" as const], pageSize: 1 };
  const waiting = useQuery(trpc.approvals.list.queryOptions(input, { refetchInterval: every(30_000) }));
  const [first] = waiting.data?.rows ?? [];
  if (waiting.data === undefined || first === undefined) return null;
  const count = waiting.data.total;
  return (
    <Alert tone="info" title={t("waitingTitle", { count })}>
      {t("waitingText", { kind: kindText(first.kind), name: first.requester.name })}{" "}
      <Link
        href={count === 1 ? `/approvals/${first.id}` : "/approvals?state=pending"}
        className="underline underline-offset-2"
      >
        {t(count === 1 ? "openRequest" : "openAll")}
      </Link>
    </Alert>
  );
}
