"use client";
import { vmSorts } from "@kluis/domain";
import { keepPreviousData, useMutation, useQuery } from "@tanstack/react-query";
import { RefreshCw } from "lucide-react";
import { useTranslations } from "next-intl";
import { useQueryStates } from "nuqs";
import { lazy, Suspense, useCallback } from "react";
import { useSelection } from "#features/bulk/use-selection.ts";
import { useLiveJobs } from "#features/jobs/use-live-jobs.ts";
import { hasVmFilters, vmFilterInput, vmListInput, vmListParams } from "#features/vms/url-state.ts";
import { useVmColumns } from "#features/vms/vm-columns.tsx";
import { VmFilters } from "#features/vms/vm-filters.tsx";
import { every } from "#lib/polling.ts";
import { useTRPC } from "#lib/trpc.tsx";
import { listOptions } from "#lib/url-state.ts";
import { useOutcome } from "#lib/use-actions.ts";
import { Button, LinkButton } from "#ui/button.tsx";
import { Card } from "#ui/card.tsx";
import { Page, PageHeader } from "#ui/page-header.tsx";
import { NoRows, PagedTable } from "#ui/paged-table.tsx";

const SelectionBar = lazy(() => import("#features/bulk/selection-bar.tsx"));

/** All virtual machines in the user's scopes. The server filters, sorts and pages; the address keeps the state. */
export function VmList() {
  const t = useTranslations("vms");
  const bulk = useTranslations("bulk");
  const vmColumns = useVmColumns();
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
  const filter = vmFilterInput(state);
  const selection = useSelection(JSON.stringify(filter));
  const columns: typeof vmColumns = [
    {
      key: "select",
      header: bulk("selectColumn"),
      hideHeader: true,
      className: "w-10",
      cell: (vm) => (
        <input
          type="checkbox"
          className="size-4 accent-accent align-middle"
          aria-label={bulk("select", { name: vm.name })}
          checked={selection.has(vm.id)}
          disabled={selection.all !== null}
          onChange={(event) => selection.toggle(vm.id, event.target.checked)}
        />
      ),
    },
    ...vmColumns,
  ];
  const turnTo = useCallback((page: number) => void setState({ page }), [setState]);
  return (
    <Page>
      <PageHeader
        title={t("title")}
        description={t("lead")}
        actions={
          <>
            <LinkButton href="/bulk">{bulk("open")}</LinkButton>
            <RefreshButton />
          </>
        }
      />
      <Card flush>
        <VmFilters state={state} onChange={change} />
        {selection.count === 0 || vms.data === undefined ? null : (
          <Suspense fallback={null}>
            <SelectionBar
              selection={selection}
              filter={filter}
              pageIds={vms.data.rows.map(({ id }) => id)}
              total={vms.data.total}
            />
          </Suspense>
        )}
        <PagedTable
          label={t("title")}
          columns={columns}
          query={vms}
          rowKey={(vm) => vm.id}
          sort={{ by: state.sort, direction: state.direction }}
          onSort={(sort) => {
            const by = vmSorts.find((key) => key === sort.by);
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
              action={<RefreshButton />}
            />
          }
        />
      </Card>
    </Page>
  );
}

/** Reads the inventory from Azure now instead of waiting for the next scheduled read. */
function RefreshButton() {
  const t = useTranslations("vms");
  const trpc = useTRPC();
  const outcome = useOutcome();
  const refresh = useMutation(
    trpc.vms.refresh.mutationOptions({
      onSuccess: ({ finished, vms }) =>
        outcome.done(finished ? t("refreshed", { count: vms }) : t("refreshSlow")),
      onError: outcome.failed(t("refreshFailed")),
    }),
  );
  return (
    <Button icon={<RefreshCw aria-hidden="true" />} busy={refresh.isPending} onClick={() => refresh.mutate()}>
      {t("refresh")}
    </Button>
  );
}
