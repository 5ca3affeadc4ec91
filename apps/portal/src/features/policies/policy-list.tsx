"use client";
import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { RetiredBadge } from "#features/policies/retired-badge.tsx";
import { usePolicySentence } from "#features/policies/use-policy-sentence.ts";
import type { PolicyRow } from "#lib/api-types.ts";
import { useTRPC } from "#lib/trpc.tsx";
import { useFormat } from "#lib/use-format.ts";
import { useRefusal } from "#shell/viewer-context.tsx";
import { Button, LinkButton } from "#ui/button.tsx";
import { Card } from "#ui/card.tsx";
import { type Column, DataTable } from "#ui/data-table.tsx";
import { Page, PageHeader } from "#ui/page-header.tsx";
import { EmptyState } from "#ui/states.tsx";
import { TimeAgo } from "#ui/time-ago.tsx";

function usePolicyColumns(): readonly Column<PolicyRow>[] {
  const t = useTranslations("policies");
  const sentence = usePolicySentence("short");
  const format = useFormat();
  return [
    {
      key: "name",
      className: "w-64",
      header: t("columns.name"),
      isRowHeader: true,
      cell: (policy) => (
        <span className="block py-1">
          <Link href={`/policies/${policy.id}`} className="font-medium hover:underline">
            {policy.name}
          </Link>{" "}
          <RetiredBadge policy={policy} />
          {policy.description === "" ? null : (
            <span data-value className="block text-xs text-faint">
              {policy.description}
            </span>
          )}
        </span>
      ),
    },
    {
      key: "rule",
      header: t("columns.rule"),
      from: "md",
      className: "text-muted",
      cell: (policy) => <span className="block py-1">{sentence(policy.document)}</span>,
    },
    {
      key: "team",
      className: "w-32",
      header: t("columns.team"),
      from: "lg",
      cell: (policy) => policy.team?.name ?? t("everyTeam"),
    },
    {
      key: "vms",
      className: "w-20",
      header: t("columns.vms"),
      align: "right",
      cell: (policy) => format.number(policy.vmCount),
    },
    {
      key: "next",
      className: "w-40",
      header: t("columns.next"),
      from: "sm",
      cell: (policy) =>
        policy.nextRunAt === null ? (
          <span className="text-faint">{t("neverRuns")}</span>
        ) : (
          <TimeAgo at={policy.nextRunAt} />
        ),
    },
    {
      key: "version",
      className: "w-24",
      header: t("columns.version"),
      align: "right",
      from: "xl",
      cell: (policy) => format.number(policy.currentVersion),
    },
  ];
}

/** All policies that the user's teams can use. */
export function PolicyList() {
  const t = useTranslations("policies");
  const trpc = useTRPC();
  const columns = usePolicyColumns();
  const policies = useQuery(trpc.policies.list.queryOptions());
  return (
    <Page>
      <PageHeader title={t("title")} description={t("lead")} actions={<Actions />} />
      <Card flush>
        <DataTable
          label={t("title")}
          columns={columns}
          rows={policies.data?.toSorted(retiredLast)}
          rowKey={(policy) => policy.id}
          error={policies.error}
          onRetry={() => void policies.refetch()}
          skeletonRows={3}
          empty={
            <EmptyState title={t("emptyTitle")} action={<CreateButton />}>
              {t("emptyText")}
            </EmptyState>
          }
        />
      </Card>
    </Page>
  );
}

function Actions() {
  const t = useTranslations("assignmentRules");
  return (
    <>
      <LinkButton href="/policies/rules">{t("title")}</LinkButton>
      <CreateButton />
    </>
  );
}

/** Keeps the order of names otherwise. */
function retiredLast(a: PolicyRow, b: PolicyRow): number {
  return Number(a.retiredAt !== null) - Number(b.retiredAt !== null);
}

function CreateButton() {
  const t = useTranslations("policies");
  const refusal = useRefusal("policy:write");
  const icon = <Plus aria-hidden="true" />;
  return refusal === null ? (
    <LinkButton tone="primary" href="/policies/new" icon={icon}>
      {t("create")}
    </LinkButton>
  ) : (
    <Button icon={icon} disabledReason={refusal}>
      {t("create")}
    </Button>
  );
}
