"use client";
import { consistencies, pointSorts, pointStates } from "@kluis/domain";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useQueryStates } from "nuqs";
import { useCallback } from "react";
import { usePointColumns } from "#features/points/point-columns.tsx";
import { pointListInput, pointListParams } from "#features/points/url-state.ts";
import { every } from "#lib/polling.ts";
import { useTRPC } from "#lib/trpc.tsx";
import { listOptions } from "#lib/url-state.ts";
import { may } from "#lib/viewer.ts";
import { useViewer } from "#shell/viewer-context.tsx";
import { LinkButton } from "#ui/button.tsx";
import { Card } from "#ui/card.tsx";
import { FilterBar, SearchBox } from "#ui/filter-bar.tsx";
import { Page, PageHeader } from "#ui/page-header.tsx";
import { NoRows, PagedTable } from "#ui/paged-table.tsx";
import { Select } from "#ui/select.tsx";

/** All recovery points of the VMs in the user's scopes. The server filters, sorts and pages. */
export function PointList() {
  const t = useTranslations("points");
  const trpc = useTRPC();
  const columns = usePointColumns({ withVm: true, sortable: true });
  const [state, setState] = useQueryStates(pointListParams, listOptions);
  const points = useQuery(
    trpc.points.list.queryOptions(pointListInput(state), {
      placeholderData: keepPreviousData,
      refetchInterval: every(30_000),
    }),
  );
  const filtered =
    state.search !== "" ||
    state.consistency.length > 0 ||
    state.state.length > 0 ||
    state.pinned ||
    state.vault !== "";
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
        <FilterBar
          active={filtered}
          onClear={() => change({ search: "", consistency: [], state: [], pinned: false, vault: "" })}
        >
          <SearchBox label={t("search")} value={state.search} onChange={search} />
          <Select
            label={t("filters.consistency")}
            prefix={`${t("filters.consistency")}:`}
            value={state.consistency[0] ?? "all"}
            options={[
              { value: "all" as const, label: t("filters.all") },
              ...consistencies.map((value) => ({ value, label: t(`consistency.${value}`) })),
            ]}
            onChange={(value) => change({ consistency: value === "all" ? [] : [value] })}
          />
          <Select
            label={t("filters.state")}
            prefix={`${t("filters.state")}:`}
            value={state.pinned ? "pinned" : (state.state[0] ?? "living")}
            options={[
              { value: "living" as const, label: t("filters.living") },
              { value: "pinned" as const, label: t("filters.pinned") },
              ...pointStates.map((value) => ({ value, label: t(`states.${value}`) })),
            ]}
            onChange={(value) =>
              change({
                state: value === "living" || value === "pinned" ? [] : [value],
                pinned: value === "pinned",
              })
            }
          />
          <VaultFilter value={state.vault} onChange={(vault) => change({ vault })} />
        </FilterBar>
        <PagedTable
          label={t("title")}
          columns={columns}
          query={points}
          rowKey={(point) => point.id}
          sort={{ by: state.sort, direction: state.direction }}
          onSort={(sort) => {
            const by = pointSorts.find((key) => key === sort.by);
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
              action={<LinkButton href="/vms">{t("openVms")}</LinkButton>}
            />
          }
        />
      </Card>
    </Page>
  );
}

interface VaultFilterProps {
  readonly value: string;
  readonly onChange: (vault: string) => void;
}

/** For owners of several vaults: what one of them holds, its second copies too. */
function VaultFilter({ value, onChange }: VaultFilterProps) {
  const t = useTranslations("points");
  const trpc = useTRPC();
  const isOwner = may(useViewer(), "platform:manage");
  const vaults = useQuery(trpc.vaults.list.queryOptions(undefined, { enabled: isOwner })).data ?? [];
  if (vaults.length === 0 || (vaults.length === 1 && value === "")) return null;
  return (
    <Select
      label={t("filters.vault")}
      prefix={`${t("filters.vault")}:`}
      value={value}
      options={[
        { value: "", label: t("filters.all") },
        ...vaults.map(({ id, name }) => ({ value: id, label: name })),
      ]}
      onChange={onChange}
    />
  );
}
