"use client";
import { approvalKinds, approvalStates } from "@kluis/domain";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useQueryStates } from "nuqs";
import { useCallback } from "react";
import { ApprovalStateBadge, useAboutText, useKindText } from "#features/approvals/approval-words.tsx";
import { approvalListInput, approvalListParams, approvalSights } from "#features/approvals/url-state.ts";
import type { ApprovalRow } from "#lib/api-types.ts";
import { every } from "#lib/polling.ts";
import { useTRPC } from "#lib/trpc.tsx";
import { listOptions } from "#lib/url-state.ts";
import { Card } from "#ui/card.tsx";
import type { Column } from "#ui/data-table.tsx";
import { FilterBar } from "#ui/filter-bar.tsx";
import { Page, PageHeader } from "#ui/page-header.tsx";
import { NoRows, PagedTable } from "#ui/paged-table.tsx";
import { Select } from "#ui/select.tsx";
import { TimeAgo } from "#ui/time-ago.tsx";

/** Requests for a second person about what the user sees, the newest first. The server filters and pages. */
export function ApprovalList() {
  const t = useTranslations("approvals");
  const trpc = useTRPC();
  const kindText = useKindText();
  const columns = useColumns();
  const [state, setState] = useQueryStates(approvalListParams, listOptions);
  const approvals = useQuery(
    trpc.approvals.list.queryOptions(approvalListInput(state), {
      placeholderData: keepPreviousData,
      refetchInterval: every(15_000),
    }),
  );
  const filtered = state.of !== "everything" || state.state.length > 0 || state.kind.length > 0;
  const change = useCallback(
    (patch: Partial<typeof state>) => void setState({ ...patch, page: 1 }),
    [setState],
  );
  return (
    <Page>
      <PageHeader title={t("title")} description={t("lead")} />
      <Card flush>
        <FilterBar active={filtered} onClear={() => change({ of: "everything", state: [], kind: [] })}>
          <Select
            label={t("filters.of")}
            prefix={`${t("filters.of")}:`}
            value={state.of}
            options={approvalSights.map((value) => ({ value, label: t(`filters.${value}`) }))}
            onChange={(of) => change({ of })}
          />
          <Select
            label={t("filters.state")}
            prefix={`${t("filters.state")}:`}
            value={state.state[0] ?? "all"}
            options={[
              { value: "all" as const, label: t("filters.all") },
              ...approvalStates.map((value) => ({ value, label: t(`states.${value}`) })),
            ]}
            onChange={(value) => change({ state: value === "all" ? [] : [value] })}
          />
          <Select
            label={t("filters.kind")}
            prefix={`${t("filters.kind")}:`}
            value={state.kind[0] ?? "all"}
            options={[
              { value: "all" as const, label: t("filters.all") },
              ...approvalKinds.map((value) => ({ value, label: kindText(value) })),
            ]}
            onChange={(value) => change({ kind: value === "all" ? [] : [value] })}
          />
        </FilterBar>
        <PagedTable
          label={t("title")}
          columns={columns}
          query={approvals}
          rowKey={(row) => row.id}
          sort={{ by: "", direction: "desc" }}
          onSort={() => undefined}
          onPage={(page) => void setState({ page })}
          empty={
            <NoRows
              filtered={filtered}
              filteredTitle={t("filteredTitle")}
              filteredText={t("filteredText")}
              title={t("emptyTitle")}
              text={t("emptyText")}
            />
          }
        />
      </Card>
    </Page>
  );
}

function useColumns(): readonly Column<ApprovalRow>[] {
  const t = useTranslations("approvals");
  const kindText = useKindText();
  const aboutText = useAboutText();
  return [
    {
      key: "request",
      header: t("columns.request"),
      isRowHeader: true,
      cell: (row) => (
        <Link href={`/approvals/${row.id}`} className="font-medium hover:underline">
          {kindText(row.kind)}
        </Link>
      ),
    },
    {
      key: "about",
      header: t("columns.about"),
      cell: (row) => (
        <span
          className="wrap-anywhere"
          data-value={row.target === null || row.target.type === "guardrails" ? undefined : ""}
        >
          {aboutText(row)}
        </span>
      ),
    },
    {
      key: "by",
      header: t("columns.by"),
      className: "w-48",
      from: "lg",
      cell: ({ requester: { name, via } }) => (via === "agent" ? t("agentOf", { name }) : name),
    },
    {
      key: "state",
      header: t("columns.state"),
      className: "w-32",
      cell: (row) => <ApprovalStateBadge state={row.state} />,
    },
    {
      key: "expires",
      header: t("columns.expires"),
      className: "w-36",
      from: "md",
      cell: (row) =>
        row.state === "pending" ? <TimeAgo at={row.expiresAt} /> : <span className="text-faint">–</span>,
    },
  ];
}
