"use client";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useQueryState } from "nuqs";
import { BulkStateBadge } from "#features/bulk/bulk-words.tsx";
import type { BulkRow } from "#lib/api-types.ts";
import { every } from "#lib/polling.ts";
import { useTRPC } from "#lib/trpc.tsx";
import { listParams, pageSize, safePage } from "#lib/url-state.ts";
import { Card } from "#ui/card.tsx";
import type { Column } from "#ui/data-table.tsx";
import { Page, PageHeader } from "#ui/page-header.tsx";
import { NoRows, PagedTable } from "#ui/paged-table.tsx";
import { TimeAgo } from "#ui/time-ago.tsx";

/** Bulk actions on virtual machines that the user sees, and their own, the newest first. */
export function BulkList() {
  const t = useTranslations("bulk");
  const vms = useTranslations("vms");
  const trpc = useTRPC();
  const columns = useColumns();
  const [page, setPage] = useQueryState("page", listParams.page);
  const actions = useQuery(
    trpc.bulk.list.queryOptions(
      { page: safePage(page), pageSize },
      { placeholderData: keepPreviousData, refetchInterval: every(5_000) },
    ),
  );
  return (
    <Page>
      <PageHeader
        title={t("title")}
        description={t("lead")}
        crumbs={[{ label: vms("title"), href: "/vms" }]}
      />
      <Card flush>
        <PagedTable
          label={t("title")}
          columns={columns}
          query={actions}
          rowKey={(row) => row.id}
          sort={{ by: "", direction: "desc" }}
          onSort={() => undefined}
          onPage={(next) => void setPage(next)}
          empty={
            <NoRows
              filtered={false}
              filteredTitle=""
              filteredText=""
              title={t("emptyTitle")}
              text={t("emptyText")}
            />
          }
        />
      </Card>
    </Page>
  );
}

function useColumns(): readonly Column<BulkRow>[] {
  const t = useTranslations("bulk");
  return [
    {
      key: "action",
      header: t("columns.action"),
      isRowHeader: true,
      cell: (row) => (
        <Link href={`/bulk/${row.id}`} className="font-medium hover:underline">
          {t(`kinds.${row.kind}`)}
          {row.policy === null ? "" : ` · ${row.policy.name}`}
        </Link>
      ),
    },
    {
      key: "machines",
      header: t("columns.machines"),
      className: "w-20",
      align: "right",
      cell: (row) => row.total,
    },
    { key: "result", header: t("columns.result"), from: "md", cell: (row) => t("result", row.counts) },
    {
      key: "by",
      header: t("columns.by"),
      className: "w-44",
      from: "lg",
      cell: (row) => row.starter.name,
    },
    {
      key: "state",
      header: t("columns.state"),
      className: "w-32",
      cell: (row) => <BulkStateBadge state={row.state} />,
    },
    {
      key: "started",
      header: t("columns.started"),
      className: "w-36",
      from: "md",
      cell: (row) => <TimeAgo at={row.createdAt} />,
    },
  ];
}
