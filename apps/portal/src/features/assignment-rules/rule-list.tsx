"use client";
import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { ExclusionList } from "#features/assignment-rules/exclusion-list.tsx";
import { useConditionTexts } from "#features/assignment-rules/rule-words.ts";
import type { RuleView } from "#lib/api-types.ts";
import { useTRPC } from "#lib/trpc.tsx";
import { useFormat } from "#lib/use-format.ts";
import { useRefusal } from "#shell/viewer-context.tsx";
import { Button, LinkButton } from "#ui/button.tsx";
import { Card } from "#ui/card.tsx";
import { type Column, DataTable } from "#ui/data-table.tsx";
import { Page, PageHeader } from "#ui/page-header.tsx";
import { EmptyState } from "#ui/states.tsx";
import { Badge, Status } from "#ui/status.tsx";
import { TimeAgo } from "#ui/time-ago.tsx";

/** The assignment rules of the user's teams in the order in which they win, and the exclusions. */
export function RuleList() {
  const t = useTranslations("assignmentRules");
  const policies = useTranslations("policies");
  const trpc = useTRPC();
  const columns = useRuleColumns();
  const rules = useQuery(trpc.rules.list.queryOptions());
  return (
    <Page>
      <PageHeader
        title={t("title")}
        crumbs={[{ label: policies("title"), href: "/policies" }]}
        description={t("lead")}
        actions={<CreateButton />}
      />
      <div className="flex flex-col gap-4">
        <Card flush>
          <DataTable
            label={t("title")}
            columns={columns}
            rows={rules.data?.rows}
            rowKey={(rule) => rule.id}
            error={rules.error}
            onRetry={() => void rules.refetch()}
            skeletonRows={3}
            empty={
              <EmptyState title={t("emptyTitle")} action={<CreateButton />}>
                {t("emptyText")}
              </EmptyState>
            }
          />
        </Card>
        <ExclusionList />
      </div>
    </Page>
  );
}

function CreateButton() {
  const t = useTranslations("assignmentRules");
  const refusal = useRefusal("protection:write");
  const icon = <Plus aria-hidden="true" />;
  return refusal === null ? (
    <LinkButton tone="primary" href="/policies/rules/new" icon={icon}>
      {t("create")}
    </LinkButton>
  ) : (
    <Button icon={icon} disabledReason={refusal}>
      {t("create")}
    </Button>
  );
}

function useRuleColumns(): readonly Column<RuleView>[] {
  const t = useTranslations("assignmentRules");
  const conditions = useConditionTexts();
  const format = useFormat();
  return [
    {
      key: "name",
      header: t("columns.name"),
      isRowHeader: true,
      className: "w-56",
      cell: (rule) => (
        <span className="block py-1">
          <Link href={`/policies/rules/${rule.id}`} data-value className="font-medium hover:underline">
            {rule.name}
          </Link>{" "}
          <RuleState rule={rule} />
          <span className="block text-xs text-faint">
            {t("place", { position: rule.position, team: rule.team.name })}
          </span>
        </span>
      ),
    },
    {
      key: "matches",
      header: t("columns.matches"),
      cell: (rule) => (
        <span className="flex flex-wrap gap-1 py-1">
          {conditions(rule.conditions).map((text) => (
            <Badge key={text}>{text}</Badge>
          ))}
        </span>
      ),
    },
    {
      key: "policy",
      header: t("columns.policy"),
      className: "w-44",
      cell: (rule) => (
        <Link href={`/policies/${rule.policy.id}`} className="hover:underline">
          {rule.policy.name}
        </Link>
      ),
    },
    {
      key: "vms",
      header: t("columns.vms"),
      className: "w-20",
      align: "right",
      cell: (rule) => format.number(rule.vms),
    },
    {
      key: "saved",
      header: t("columns.saved"),
      className: "w-44",
      from: "lg",
      cell: (rule) => (
        <span>
          <TimeAgo at={rule.savedAt} />
          <span className="block text-xs text-faint">{t("savedBy", { name: rule.savedBy.name })}</span>
        </span>
      ),
    },
  ];
}

/** Whether the rule protects anything. */
function RuleState({ rule }: { rule: RuleView }) {
  const t = useTranslations("assignmentRules");
  if (!rule.enabled)
    return (
      <Status tone="idle" icon="stopped">
        {t("paused")}
      </Status>
    );
  return rule.block === null ? null : (
    <Status tone="bad" icon="cross">
      {t("blocked")}
    </Status>
  );
}
