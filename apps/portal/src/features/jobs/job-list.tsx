"use client";
import { jobKinds, jobStates } from "@kluis/domain";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useQueryStates } from "nuqs";
import { useCallback } from "react";
import { jobColumns } from "#features/jobs/job-columns.tsx";
import { jobMessages as text } from "#features/jobs/messages.ts";
import { jobListInput, jobListParams, jobSorts } from "#features/jobs/url-state.ts";
import { useLiveJobs } from "#features/jobs/use-live-jobs.ts";
import { every } from "#lib/polling.ts";
import { useTRPC } from "#lib/trpc.tsx";
import { listOptions } from "#lib/url-state.ts";
import { Card } from "#ui/card.tsx";
import { DataTable } from "#ui/data-table.tsx";
import { FilterBar, SearchBox } from "#ui/filter-bar.tsx";
import { Page, PageHeader } from "#ui/page-header.tsx";
import { Pager } from "#ui/pager.tsx";
import { Select } from "#ui/select.tsx";
import { EmptyState } from "#ui/states.tsx";

const columns = jobColumns({ withVm: true, sortable: true });
const activeStates = ["queued", "running"] as const;

type StateChoice = "all" | "active" | (typeof jobStates)[number];

function stateChoice(states: readonly (typeof jobStates)[number][]): StateChoice {
  if (states.length === 0) return "all";
  if (states.length === 2 && activeStates.every((state) => states.includes(state))) return "active";
  return states[0] ?? "all";
}

/** All jobs: filters, sorting and paging on the server, kept in the address; running ones move by themselves. */
export function JobList() {
  const trpc = useTRPC();
  const [state, setState] = useQueryStates(jobListParams, listOptions);
  const pollMs = useLiveJobs();
  const jobs = useQuery(
    trpc.jobs.list.queryOptions(jobListInput(state), {
      placeholderData: keepPreviousData,
      refetchInterval: every(pollMs),
    }),
  );
  const filtered = state.search !== "" || state.kind.length > 0 || state.state.length > 0;
  const clear = () => void setState({ search: "", kind: [], state: [], page: 1 });
  const search = useCallback((value: string) => void setState({ search: value, page: 1 }), [setState]);
  return (
    <Page>
      <PageHeader title={text.title} description={text.lead} />
      <Card flush>
        <FilterBar active={filtered} onClear={clear}>
          <SearchBox label={text.search} value={state.search} onChange={search} />
          <Select
            label={text.filters.state}
            prefix={`${text.filters.state}:`}
            value={stateChoice(state.state)}
            options={[
              { value: "all", label: text.filters.all },
              { value: "active", label: text.filters.active },
              ...jobStates.map((value) => ({ value, label: text.states[value] })),
            ]}
            onChange={(value) =>
              void setState({
                state: value === "all" ? [] : value === "active" ? [...activeStates] : [value],
                page: 1,
              })
            }
          />
          <Select
            label={text.filters.kind}
            prefix={`${text.filters.kind}:`}
            value={state.kind[0] ?? "all"}
            options={[
              { value: "all" as const, label: text.filters.all },
              ...jobKinds.map((value) => ({ value, label: text.kinds[value] })),
            ]}
            onChange={(value) => void setState({ kind: value === "all" ? [] : [value], page: 1 })}
          />
        </FilterBar>
        <DataTable
          label={text.title}
          columns={columns}
          rows={jobs.data?.rows}
          rowKey={(job) => job.id}
          sort={{ by: state.sort, direction: state.direction }}
          onSort={(sort) => {
            const by = jobSorts.find((key) => key === sort.by);
            if (by !== undefined) void setState({ sort: by, direction: sort.direction, page: 1 });
          }}
          refreshing={jobs.isPlaceholderData}
          error={jobs.error}
          onRetry={() => void jobs.refetch()}
          empty={
            filtered ? (
              <EmptyState kind="filtered" title={text.filteredTitle}>
                {text.filteredText}
              </EmptyState>
            ) : (
              <EmptyState title={text.emptyTitle}>{text.emptyText}</EmptyState>
            )
          }
          footer={
            jobs.data === undefined ? undefined : (
              <Pager
                page={jobs.data.page}
                pageSize={jobs.data.pageSize}
                shown={jobs.data.rows.length}
                total={jobs.data.total}
                onPage={(page) => void setState({ page })}
              />
            )
          }
        />
      </Card>
    </Page>
  );
}
