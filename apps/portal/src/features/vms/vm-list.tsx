"use client";
import { keepPreviousData, useMutation, useQuery } from "@tanstack/react-query";
import { RefreshCw } from "lucide-react";
import { useQueryStates } from "nuqs";
import { useCallback } from "react";
import { useLiveJobs } from "#features/jobs/use-live-jobs.ts";
import { vmMessages as text } from "#features/vms/messages.ts";
import { hasVmFilters, vmListInput, vmListParams, vmSorts } from "#features/vms/url-state.ts";
import { vmColumns } from "#features/vms/vm-columns.tsx";
import { VmFilters } from "#features/vms/vm-filters.tsx";
import { every } from "#lib/polling.ts";
import { useTRPC } from "#lib/trpc.tsx";
import { listOptions } from "#lib/url-state.ts";
import { useOutcome } from "#lib/use-actions.ts";
import { Button } from "#ui/button.tsx";
import { Card } from "#ui/card.tsx";
import { DataTable, Pager } from "#ui/data-table.tsx";
import { Page, PageHeader } from "#ui/page-header.tsx";
import { EmptyState } from "#ui/states.tsx";

/** All virtual machines of one's scopes: filters, sorting and paging on the server, kept in the address. */
export function VmList() {
  const trpc = useTRPC();
  const [state, setState] = useQueryStates(vmListParams, listOptions);
  useLiveJobs();
  const vms = useQuery(
    trpc.vms.list.queryOptions(vmListInput(state), {
      placeholderData: keepPreviousData,
      refetchInterval: every(30_000),
    }),
  );
  const filtered = hasVmFilters(state);
  const change = useCallback(
    (patch: Partial<typeof state>) => void setState({ ...patch, page: 1 }),
    [setState],
  );
  return (
    <Page>
      <PageHeader title={text.title} description={text.lead} actions={<RefreshButton />} />
      <Card flush>
        <VmFilters state={state} onChange={change} />
        <DataTable
          label={text.title}
          columns={vmColumns}
          rows={vms.data?.rows}
          rowKey={(vm) => vm.id}
          sort={{ by: state.sort, direction: state.direction }}
          onSort={(sort) => {
            const by = vmSorts.find((key) => key === sort.by);
            if (by !== undefined) change({ sort: by, direction: sort.direction });
          }}
          refreshing={vms.isPlaceholderData}
          error={vms.error}
          onRetry={() => void vms.refetch()}
          empty={
            filtered ? (
              <EmptyState kind="filtered" title={text.filteredTitle}>
                {text.filteredText}
              </EmptyState>
            ) : (
              <EmptyState title={text.emptyTitle} action={<RefreshButton />}>
                {text.emptyText}
              </EmptyState>
            )
          }
          footer={
            vms.data === undefined ? undefined : (
              <Pager
                page={vms.data.page}
                pageSize={vms.data.pageSize}
                shown={vms.data.rows.length}
                total={vms.data.total}
                onPage={(page) => void setState({ page })}
              />
            )
          }
        />
      </Card>
    </Page>
  );
}

/** Asks Azure now instead of waiting for the next regular reading. */
function RefreshButton() {
  const trpc = useTRPC();
  const outcome = useOutcome();
  const refresh = useMutation(
    trpc.vms.refresh.mutationOptions({
      onSuccess: ({ finished, vms }) => outcome.done(finished ? text.refreshed(vms) : text.refreshSlow),
      onError: outcome.failed(text.refreshFailed),
    }),
  );
  return (
    <Button icon={<RefreshCw aria-hidden="true" />} busy={refresh.isPending} onClick={() => refresh.mutate()}>
      {text.refresh}
    </Button>
  );
}
