import type { RouterInputs } from "@kluis/api/types";
import { type VmSort, type VmStatus, vmSorts, vmStatuses } from "@kluis/domain";
import { parseAsBoolean, parseAsString, parseAsStringLiteral } from "nuqs";
import { defined, listParams, pageSize, parseAsAnyOf, safePage, unlessEmpty } from "#lib/url-state.ts";

/** The filters of the VM list in the address. */
export const vmListParams = {
  search: listParams.search,
  status: parseAsAnyOf(vmStatuses),
  policy: parseAsString.withDefault(""),
  group: parseAsString.withDefault(""),
  excluded: parseAsBoolean.withDefault(false),
  sort: parseAsStringLiteral(vmSorts).withDefault("name"),
  direction: listParams.direction("asc"),
  page: listParams.page,
};

export interface VmListState {
  readonly search: string;
  readonly status: VmStatus[];
  readonly policy: string;
  readonly group: string;
  /** Only those that are excluded from assignment rules. */
  readonly excluded: boolean;
  readonly sort: VmSort;
  readonly direction: "asc" | "desc";
  readonly page: number;
}

/** The filters of the list as the API takes them. */
export type VmFilterInput = Extract<
  RouterInputs["bulk"]["start"]["selection"],
  { filter: unknown }
>["filter"];

export function vmFilterInput(state: VmListState): VmFilterInput {
  return {
    ...defined({
      search: state.search.trim(),
      status: unlessEmpty(state.status),
      policy: state.policy,
      resourceGroup: state.group,
    }),
    ...(state.excluded ? { excluded: true } : {}),
  };
}

/** The input of `vms.list`. */
export function vmListInput(state: VmListState): NonNullable<RouterInputs["vms"]["list"]> {
  return {
    ...vmFilterInput(state),
    sort: state.sort,
    direction: state.direction,
    page: safePage(state.page),
    pageSize,
  };
}

export function hasVmFilters(state: VmListState): boolean {
  return (
    state.search !== "" ||
    state.status.length > 0 ||
    state.policy !== "" ||
    state.group !== "" ||
    state.excluded
  );
}
