"use client";
import { type ExclusionState, exclusionStates } from "@kluis/domain";
import { keepPreviousData, useMutation, useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useState } from "react";
import type { ExclusionRow } from "#lib/api-types.ts";
import { useTRPC } from "#lib/trpc.tsx";
import { useOutcome } from "#lib/use-actions.ts";
import { useFormat } from "#lib/use-format.ts";
import { Button } from "#ui/button.tsx";
import { Card } from "#ui/card.tsx";
import { type Column, DataTable } from "#ui/data-table.tsx";
import { Pager } from "#ui/pager.tsx";
import { Select } from "#ui/select.tsx";
import { EmptyState } from "#ui/states.tsx";
import { Status } from "#ui/status.tsx";

const pageSize = 20;
const looks = {
  active: { tone: "warn", icon: "off" },
  expired: { tone: "idle", icon: "waiting" },
  ended: { tone: "idle", icon: "none" },
} as const satisfies Record<ExclusionState, { readonly tone: string; readonly icon: string }>;

/** The exclusions of the machines that the user sees, those that end first at the top. */
export function ExclusionList() {
  const t = useTranslations("assignmentRules.exclusions");
  const trpc = useTRPC();
  const columns = useColumns();
  const [state, setState] = useState<ExclusionState | "all">("active");
  const [page, setPage] = useState(1);
  const asked = { page, pageSize, ...(state === "all" ? {} : { state }) };
  const list = useQuery(trpc.exclusions.list.queryOptions(asked, { placeholderData: keepPreviousData }));
  return (
    <Card
      flush
      id="exclusions"
      title={t("title")}
      description={t("lead")}
      actions={
        <Select
          label={t("filter")}
          prefix={`${t("filter")}:`}
          value={state}
          options={[
            { value: "all" as const, label: t("all") },
            ...exclusionStates.map((value) => ({ value, label: t(`states.${value}`) })),
          ]}
          onChange={(value) => {
            setPage(1);
            setState(value);
          }}
        />
      }
    >
      <DataTable
        label={t("title")}
        columns={columns}
        rows={list.data?.rows}
        rowKey={(row) => row.id}
        refreshing={list.isPlaceholderData}
        error={list.error}
        onRetry={() => void list.refetch()}
        skeletonRows={2}
        empty={<EmptyState title={t("emptyTitle")}>{t("emptyText")}</EmptyState>}
        footer={
          list.data === undefined ? undefined : (
            <Pager
              page={page}
              pageSize={pageSize}
              shown={list.data.rows.length}
              total={list.data.total}
              hasMore={false}
              onPage={setPage}
            />
          )
        }
      />
    </Card>
  );
}

function useColumns(): readonly Column<ExclusionRow>[] {
  const t = useTranslations("assignmentRules.exclusions");
  const format = useFormat();
  return [
    {
      key: "vm",
      header: t("columns.vm"),
      isRowHeader: true,
      className: "w-52",
      cell: (row) => (
        <span className="block py-1">
          <Link href={`/vms/${row.vm.id}?tab=protection`} className="font-medium hover:underline">
            {row.vm.name}
          </Link>
          <span className="block text-xs text-faint">{row.resourceGroup}</span>
        </span>
      ),
    },
    {
      key: "reason",
      header: t("columns.reason"),
      cell: (row) => (
        <span data-value className="block py-1 wrap-anywhere">
          {row.reason}
        </span>
      ),
    },
    { key: "owner", header: t("columns.owner"), className: "w-44", cell: (row) => row.owner.name },
    {
      key: "until",
      header: t("columns.until"),
      className: "w-36",
      cell: (row) => {
        const day = (row.endedAt ?? row.expiresAt).slice(0, 10);
        return <time dateTime={day}>{format.day(day)}</time>;
      },
    },
    {
      key: "state",
      header: t("columns.state"),
      className: "w-32",
      from: "md",
      cell: (row) => <Status {...looks[row.state]}>{t(`states.${row.state}`)}</Status>,
    },
    {
      key: "actions",
      header: t("actions"),
      hideHeader: true,
      align: "right",
      className: "w-44",
      cell: (row) => (row.can.end ? <EndExclusion id={row.id} name={row.vm.name} /> : null),
    },
  ];
}

/** Ends an exclusion before its time. */
export function EndExclusion({ id, name }: { readonly id: string; readonly name: string }) {
  const t = useTranslations("assignmentRules.vm");
  const trpc = useTRPC();
  const outcome = useOutcome();
  const end = useMutation(
    trpc.exclusions.end.mutationOptions({
      onSuccess: () => outcome.done(t("ended", { name })),
      onError: outcome.failed(t("end")),
    }),
  );
  return (
    <Button size="sm" busy={end.isPending} onClick={() => end.mutate({ exclusion: id })}>
      {t("end")}
    </Button>
  );
}
