"use client";
import { type VmStatus, vmStatuses } from "@kluis/domain";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useCallback } from "react";
import { hasVmFilters, type VmListState } from "#features/vms/url-state.ts";
import { useTRPC } from "#lib/trpc.tsx";
import { FilterBar, SearchBox } from "#ui/filter-bar.tsx";
import { Select } from "#ui/select.tsx";

export interface VmFiltersProps {
  readonly state: VmListState;
  readonly onChange: (patch: Partial<VmListState>) => void;
}

/** Search, status with counts, policy and resource group. */
export function VmFilters({ state, onChange }: VmFiltersProps) {
  const t = useTranslations("vms");
  const all = { value: "", label: t("filters.all") };
  const trpc = useTRPC();
  const facets = useQuery(trpc.vms.facets.queryOptions(undefined, { staleTime: 30_000 }));
  const search = useCallback((value: string) => onChange({ search: value }), [onChange]);
  const withCount = (status: VmStatus) => {
    const count = facets.data?.statuses[status];
    const name = t(`statuses.${status}`);
    return count === undefined ? name : t("statusCount", { status: name, count });
  };
  const withCurrent = (known: readonly { value: string; label: string }[], current: string) =>
    current === "" || known.some((option) => option.value === current)
      ? [all, ...known]
      : [all, ...known, { value: current, label: current }];
  return (
    <FilterBar
      active={hasVmFilters(state)}
      onClear={() => onChange({ search: "", status: [], policy: "", group: "", excluded: false })}
    >
      <SearchBox label={t("search")} value={state.search} onChange={search} />
      <Select
        label={t("filters.status")}
        prefix={`${t("filters.status")}:`}
        value={state.status.length > 1 ? "several" : (state.status[0] ?? "")}
        options={[
          all,
          ...(state.status.length > 1
            ? [{ value: "several", label: state.status.map((status) => t(`statuses.${status}`)).join(", ") }]
            : []),
          ...vmStatuses.map((status) => ({ value: status, label: withCount(status) })),
        ]}
        onChange={(value) => onChange({ status: vmStatuses.filter((status) => status === value) })}
      />
      <Select
        label={t("filters.policy")}
        prefix={`${t("filters.policy")}:`}
        value={state.policy}
        options={withCurrent(
          (facets.data?.policies ?? []).map((policy) => ({ value: policy.id, label: policy.name })),
          state.policy,
        )}
        onChange={(policy) => onChange({ policy })}
      />
      <Select
        label={t("filters.group")}
        prefix={`${t("filters.group")}:`}
        value={state.group}
        options={withCurrent(
          (facets.data?.resourceGroups ?? []).map((group) => ({ value: group, label: group })),
          state.group,
        )}
        onChange={(group) => onChange({ group })}
      />
      <Select
        label={t("filters.rules")}
        prefix={`${t("filters.rules")}:`}
        value={state.excluded ? "excluded" : ""}
        options={[all, { value: "excluded", label: t("filters.excluded") }]}
        onChange={(value) => onChange({ excluded: value === "excluded" })}
      />
    </FilterBar>
  );
}
