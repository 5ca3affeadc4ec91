"use client";
import { bulkItemStates } from "@kluis/domain";
import { keepPreviousData, useMutation, useQuery } from "@tanstack/react-query";
import { Ban } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useQueryStates } from "nuqs";
import { useState } from "react";
import { BulkItemBadge, BulkStateBadge } from "#features/bulk/bulk-words.tsx";
import type { BulkItem, BulkView } from "#lib/api-types.ts";
import { every } from "#lib/polling.ts";
import { useTabTitle } from "#lib/tab-title.ts";
import { useTRPC } from "#lib/trpc.tsx";
import { listOptions, listParams, pageSize, parseAsAnyOf, safePage } from "#lib/url-state.ts";
import { useOutcome } from "#lib/use-actions.ts";
import { useErrorView } from "#lib/use-error-view.ts";
import { useFormat } from "#lib/use-format.ts";
import { Button } from "#ui/button.tsx";
import { Card, type Fact, Facts } from "#ui/card.tsx";
import type { Column } from "#ui/data-table.tsx";
import { DetailFrame } from "#ui/detail-frame.tsx";
import { ConfirmDialog } from "#ui/dialog.tsx";
import { FilterBar } from "#ui/filter-bar.tsx";
import { Page, PageHeader } from "#ui/page-header.tsx";
import { NoRows, PagedTable } from "#ui/paged-table.tsx";
import { Select } from "#ui/select.tsx";
import { AbsoluteTime } from "#ui/time-ago.tsx";

const params = { state: parseAsAnyOf(bulkItemStates), page: listParams.page };

/** One bulk action: what it does, how far it is, and the result of each virtual machine. */
export function BulkDetail({ id }: { id: string }) {
  const t = useTranslations("bulk");
  const trpc = useTRPC();
  const [state, setState] = useQueryStates(params, listOptions);
  const input = {
    bulk: id,
    page: safePage(state.page),
    pageSize,
    ...(state.state.length === 0 ? {} : { state: state.state }),
  };
  const action = useQuery(
    trpc.bulk.get.queryOptions(input, { placeholderData: keepPreviousData, refetchInterval: every(2_000) }),
  );
  const columns = useItemColumns();
  return (
    <DetailFrame query={action} kind={t("one")} crumbs={[{ label: t("title"), href: "/bulk" }]}>
      {(data) => (
        <Page>
          <Head action={data} />
          <div className="flex flex-col gap-4">
            <ActionFacts action={data} />
            <Card title={t("items.title")} id="machines" flush>
              <FilterBar
                active={state.state.length > 0}
                onClear={() => void setState({ state: [], page: 1 })}
              >
                <Select
                  label={t("items.filter")}
                  prefix={`${t("items.filter")}:`}
                  value={state.state[0] ?? "all"}
                  options={[
                    { value: "all" as const, label: t("items.all") },
                    ...bulkItemStates.map((value) => ({ value, label: t(`itemStates.${value}`) })),
                  ]}
                  onChange={(value) => void setState({ state: value === "all" ? [] : [value], page: 1 })}
                />
              </FilterBar>
              <PagedTable
                label={t("items.title")}
                columns={columns}
                query={{ ...action, data: data.items }}
                rowKey={(row) => row.vm.id}
                sort={{ by: "", direction: "asc" }}
                onSort={() => undefined}
                onPage={(page) => void setState({ page })}
                empty={
                  <NoRows
                    filtered
                    filteredTitle={t("emptyItems")}
                    filteredText=""
                    title={t("emptyItems")}
                    text=""
                  />
                }
              />
            </Card>
          </div>
        </Page>
      )}
    </DetailFrame>
  );
}

function Head({ action }: { action: BulkView }) {
  const t = useTranslations("bulk");
  const trpc = useTRPC();
  const outcome = useOutcome();
  const [isAsking, setAsking] = useState(false);
  const title = t(`kinds.${action.kind}`);
  useTabTitle(title);
  const cancel = useMutation(
    trpc.bulk.cancel.mutationOptions({
      onSuccess: () => {
        setAsking(false);
        return outcome.done(t("cancelled"));
      },
      onError: outcome.failed(t("cancelFailed")),
    }),
  );
  return (
    <PageHeader
      title={title}
      crumbs={[{ label: t("title"), href: "/bulk" }]}
      status={<BulkStateBadge state={action.state} />}
      description={t("result", action.counts)}
      actions={
        action.can.cancel ? (
          <>
            <Button icon={<Ban aria-hidden="true" />} onClick={() => setAsking(true)}>
              {t("cancel")}
            </Button>
            {isAsking ? (
              <ConfirmDialog
                open
                onOpenChange={setAsking}
                title={t("cancelTitle")}
                description={t("cancelText")}
                action={t("cancelConfirm")}
                keep={t("keep")}
                busy={cancel.isPending}
                onConfirm={() => cancel.mutate({ bulk: action.id })}
              />
            ) : null}
          </>
        ) : undefined
      }
    />
  );
}

function ActionFacts({ action }: { action: BulkView }) {
  const t = useTranslations("bulk");
  const format = useFormat();
  const { policy, starter, createdAt, reason, endedAt, total, counts } = action;
  const at = format.absolute(new Date(createdAt));
  const facts: Fact[] = [
    ...(policy === null
      ? []
      : [
          {
            label: t("facts.policy"),
            value: (
              <Link href={`/policies/${policy.id}`} className="underline-offset-2 hover:underline">
                {policy.name}
              </Link>
            ),
          },
        ]),
    { label: t("facts.by"), value: t("facts.byAt", { name: starter.name, at }) },
    { label: t("facts.progress"), value: t("progress", { done: total - counts.waiting, total }) },
    ...(endedAt === null
      ? []
      : [{ label: t("facts.ended"), value: <AbsoluteTime at={endedAt} seconds={false} /> }]),
    ...(reason === "" ? [] : [{ label: t("facts.reason"), value: reason, wide: true }]),
  ];
  return (
    <Card title={t("facts.title")} id="action">
      <Facts facts={facts} />
    </Card>
  );
}

function useItemColumns(): readonly Column<BulkItem>[] {
  const t = useTranslations("bulk");
  return [
    {
      key: "vm",
      header: t("items.vm"),
      isRowHeader: true,
      className: "w-64",
      cell: ({ vm }) => (
        <Link href={`/vms/${vm.id}`} className="font-medium hover:underline">
          {vm.name}
        </Link>
      ),
    },
    {
      key: "state",
      header: t("items.state"),
      className: "w-44",
      cell: ({ state }) => <BulkItemBadge state={state} />,
    },
    { key: "why", header: t("items.why"), cell: (item) => <Outcome item={item} /> },
  ];
}

function Outcome({ item }: { item: BulkItem }) {
  const t = useTranslations("bulk");
  const describe = useErrorView();
  if (item.error !== null) {
    const { message, action } = describe(item.error);
    return (
      <span className="wrap-anywhere">
        {message} {action === null ? null : <span className="text-muted">{action}</span>}
      </span>
    );
  }
  if (item.approvalId !== null)
    return (
      <Link href={`/approvals/${item.approvalId}`} className="underline underline-offset-2">
        {t("openRequest")}
      </Link>
    );
  if (item.jobId === null) return <span className="text-faint">–</span>;
  return (
    <Link href={`/jobs/${item.jobId}`} className="underline underline-offset-2">
      {t("openJob")}
    </Link>
  );
}
