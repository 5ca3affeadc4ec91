"use client";
import { consistencies } from "@kluis/domain";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useQueryStates } from "nuqs";
import { useCallback } from "react";
import { pointMessages as text } from "#features/points/messages.ts";
import { pointColumns } from "#features/points/point-columns.tsx";
import { pointListInput, pointListParams, pointSorts, pointStateOrder } from "#features/points/url-state.ts";
import { every } from "#lib/polling.ts";
import { useTRPC } from "#lib/trpc.tsx";
import { listOptions } from "#lib/url-state.ts";
import { LinkButton } from "#ui/button.tsx";
import { Card } from "#ui/card.tsx";
import { DataTable } from "#ui/data-table.tsx";
import { FilterBar, SearchBox } from "#ui/filter-bar.tsx";
import { Page, PageHeader } from "#ui/page-header.tsx";
import { Pager } from "#ui/pager.tsx";
import { Select } from "#ui/select.tsx";
import { EmptyState } from "#ui/states.tsx";

const columns = pointColumns({ withVm: true, sortable: true });

/** All recovery points of one's VMs. */
export function PointList() {
  const trpc = useTRPC();
  const [state, setState] = useQueryStates(pointListParams, listOptions);
  const points = useQuery(
    trpc.points.list.queryOptions(pointListInput(state), {
      placeholderData: keepPreviousData,
      refetchInterval: every(30_000),
    }),
  );
  const filtered = state.search !== "" || state.consistency.length > 0 || state.state.length > 0;
  const change = useCallback(
    (patch: Partial<typeof state>) => void setState({ ...patch, page: 1 }),
    [setState],
  );
  const search = useCallback((value: string) => change({ search: value }), [change]);
  return (
    <Page>
      <PageHeader title={text.title} description={text.lead} />
      <Card flush>
        <FilterBar active={filtered} onClear={() => change({ search: "", consistency: [], state: [] })}>
          <SearchBox label={text.search} value={state.search} onChange={search} />
          <Select
            label={text.filters.consistency}
            prefix={`${text.filters.consistency}:`}
            value={state.consistency[0] ?? "all"}
            options={[
              { value: "all" as const, label: text.filters.all },
              ...consistencies.map((value) => ({ value, label: text.consistency[value] })),
            ]}
            onChange={(value) => change({ consistency: value === "all" ? [] : [value] })}
          />
          <Select
            label={text.filters.state}
            prefix={`${text.filters.state}:`}
            value={state.state[0] ?? "living"}
            options={[
              { value: "living" as const, label: text.filters.living },
              ...pointStateOrder.map((value) => ({ value, label: text.states[value] })),
            ]}
            onChange={(value) => change({ state: value === "living" ? [] : [value] })}
          />
        </FilterBar>
        <DataTable
          label={text.title}
          columns={columns}
          rows={points.data?.rows}
          rowKey={(point) => point.id}
          sort={{ by: state.sort, direction: state.direction }}
          onSort={(sort) => {
            const by = pointSorts.find((key) => key === sort.by);
            if (by !== undefined) change({ sort: by, direction: sort.direction });
          }}
          refreshing={points.isPlaceholderData}
          error={points.error}
          onRetry={() => void points.refetch()}
          empty={<NoPoints filtered={filtered} />}
          footer={
            points.data === undefined ? undefined : (
              <Pager
                page={points.data.page}
                pageSize={points.data.pageSize}
                shown={points.data.rows.length}
                total={points.data.total}
                onPage={(page) => void setState({ page })}
              />
            )
          }
        />
      </Card>
    </Page>
  );
}

function NoPoints({ filtered }: { filtered: boolean }) {
  return filtered ? (
    <EmptyState kind="filtered" title={text.filteredTitle}>
      {text.filteredText}
    </EmptyState>
  ) : (
    <EmptyState title={text.emptyTitle} action={<LinkButton href="/vms">{text.openVms}</LinkButton>}>
      {text.emptyText}
    </EmptyState>
  );
}
