"use client";
import { jobKinds, jobStates, openJobStates } from "@kluis/domain";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useQueryStates } from "nuqs";
import { useCallback } from "react";
import { useJobColumns } from "#features/jobs/job-columns.tsx";
import { jobListInput, jobListParams, jobSortOf, stateChoice } from "#features/jobs/url-state.ts";
import { useLiveJobs } from "#features/jobs/use-live-jobs.ts";
import { every } from "#lib/polling.ts";
import { useTRPC } from "#lib/trpc.tsx";
import { listOptions } from "#lib/url-state.ts";
import { Card } from "#ui/card.tsx";
import { FilterBar, SearchBox } from "#ui/filter-bar.tsx";
import { Page, PageHeader } from "#ui/page-header.tsx";
import { NoRows, PagedTable } from "#ui/paged-table.tsx";
import { Select } from "#ui/select.tsx";

/** All jobs. The server filters, sorts and pages; the address keeps the state; running jobs update live. */
export function JobList() {
  const t = useTranslations("jobs");
  const trpc = useTRPC();
  const columns = useJobColumns({ withVm: true, sortable: true });
  const [state, setState] = useQueryStates(jobListParams, listOptions);
  const pollMs = useLiveJobs();
  const jobs = useQuery(
    trpc.jobs.list.queryOptions(jobListInput(state), {
      placeholderData: keepPreviousData,
      refetchInterval: every(pollMs),
    }),
  );
  const filtered = state.search !== "" || state.kind.length > 0 || state.state.length > 0;
  const change = useCallback(
    (patch: Partial<typeof state>) => void setState({ ...patch, page: 1 }),
    [setState],
  );
  const search = useCallback((value: string) => change({ search: value }), [change]);
  const turnTo = useCallback((page: number) => void setState({ page }), [setState]);
  return (
    <Page>
      <PageHeader title={t("title")} description={t("lead")} />
      <Card flush>
        <FilterBar active={filtered} onClear={() => change({ search: "", kind: [], state: [] })}>
          <SearchBox label={t("search")} value={state.search} onChange={search} />
          <Select
            label={t("filters.state")}
            prefix={`${t("filters.state")}:`}
            value={stateChoice(state.state)}
            options={[
              { value: "all", label: t("filters.all") },
              { value: "active", label: t("filters.active") },
              ...jobStates.map((value) => ({ value, label: t(`states.${value}`) })),
            ]}
            onChange={(value) =>
              change({ state: value === "all" ? [] : value === "active" ? [...openJobStates] : [value] })
            }
          />
          <Select
            label={t("filters.kind")}
            prefix={`${t("filters.kind")}:`}
            value={state.kind[0] ?? "all"}
            options={[
              { value: "all" as const, label: t("filters.all") },
              ...jobKinds.map((value) => ({ value, label: t(`kinds.${value}`) })),
            ]}
            onChange={(value) => change({ kind: value === "all" ? [] : [value] })}
          />
        </FilterBar>
        <PagedTable
          label={t("title")}
          columns={columns}
          query={jobs}
          rowKey={(job) => job.id}
          sort={{ by: state.sort, direction: state.direction }}
          onSort={(sort) => {
            const by = jobSortOf(sort.by);
            if (by !== undefined) change({ sort: by, direction: sort.direction });
          }}
          onPage={turnTo}
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
