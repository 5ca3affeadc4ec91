"use client";
import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import Link from "next/link";
import { policyMessages as text } from "#features/policies/messages.ts";
import type { PolicyRow } from "#lib/api-types.ts";
import { useTRPC } from "#lib/trpc.tsx";
import { useRefusal } from "#shell/viewer-context.tsx";
import { Button, LinkButton } from "#ui/button.tsx";
import { Card } from "#ui/card.tsx";
import { type Column, DataTable } from "#ui/data-table.tsx";
import { Page, PageHeader } from "#ui/page-header.tsx";
import { EmptyState } from "#ui/states.tsx";
import { TimeAgo } from "#ui/time-ago.tsx";

const columns: readonly Column<PolicyRow>[] = [
  {
    key: "name",
    header: text.columns.name,
    isRowHeader: true,
    cell: (policy) => (
      <span className="block py-1">
        <Link href={`/policies/${policy.id}`} className="font-medium hover:underline">
          {policy.name}
        </Link>
        {policy.description === "" ? null : (
          <span className="block text-xs text-faint">{policy.description}</span>
        )}
      </span>
    ),
  },
  {
    key: "rule",
    header: text.columns.rule,
    from: "md",
    className: "max-w-xl text-muted",
    cell: (policy) => <span className="block py-1">{policy.sentence}</span>,
  },
  {
    key: "team",
    header: text.columns.team,
    from: "lg",
    cell: (policy) => policy.team?.name ?? text.everyTeam,
  },
  { key: "vms", header: text.columns.vms, align: "right", cell: (policy) => policy.vmCount },
  {
    key: "next",
    header: text.columns.next,
    from: "sm",
    cell: (policy) =>
      policy.nextRunAt === null ? (
        <span className="text-faint">{text.neverRuns}</span>
      ) : (
        <TimeAgo at={policy.nextRunAt} />
      ),
  },
  {
    key: "version",
    header: text.columns.version,
    align: "right",
    from: "xl",
    cell: (policy) => policy.currentVersion,
  },
];

/** All policies that one's teams can use. */
export function PolicyList() {
  const trpc = useTRPC();
  const policies = useQuery(trpc.policies.list.queryOptions());
  return (
    <Page>
      <PageHeader title={text.title} description={text.lead} actions={<CreateButton />} />
      <Card flush>
        <DataTable
          label={text.title}
          columns={columns}
          rows={policies.data}
          rowKey={(policy) => policy.id}
          error={policies.error}
          onRetry={() => void policies.refetch()}
          skeletonRows={3}
          empty={
            <EmptyState title={text.emptyTitle} action={<CreateButton />}>
              {text.emptyText}
            </EmptyState>
          }
        />
      </Card>
    </Page>
  );
}

function CreateButton() {
  const refusal = useRefusal("policy:write");
  const icon = <Plus aria-hidden="true" />;
  return refusal === null ? (
    <LinkButton tone="primary" href="/policies/new" icon={icon}>
      {text.create}
    </LinkButton>
  ) : (
    <Button icon={icon} disabledReason={refusal}>
      {text.create}
    </Button>
  );
}
