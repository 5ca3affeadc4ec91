import type { RouterInputs, VmStatus } from "@kluis/api/types";
import { parseAsString, parseAsStringLiteral } from "nuqs";
import { defined, listParams, pageSize, parseAsAnyOf, safePage, unlessEmpty } from "#lib/url-state.ts";

/** In the order in which a person cares. */
export const vmStatusOrder = [
  "failing",
  "at-risk",
  "unprotected",
  "waiting",
  "protected",
  "stopped",
  "deleted",
] as const satisfies readonly VmStatus[];

export const vmSorts = ["name", "status", "resourceGroup", "policy", "lastPoint", "diskBytes"] as const;

/** The VM list's filters in the address. */
export const vmListParams = {
  search: listParams.search,
  status: parseAsAnyOf(vmStatusOrder),
  policy: parseAsString.withDefault(""),
  group: parseAsString.withDefault(""),
  sort: parseAsStringLiteral(vmSorts).withDefault("name"),
  direction: listParams.direction("asc"),
  page: listParams.page,
};

export interface VmListState {
  readonly search: string;
  readonly status: VmStatus[];
  readonly policy: string;
  readonly group: string;
  readonly sort: (typeof vmSorts)[number];
  readonly direction: "asc" | "desc";
  readonly page: number;
}

/** What the list asks the API for. */
export function vmListInput(state: VmListState): NonNullable<RouterInputs["vms"]["list"]> {
  return {
    ...defined({
      search: state.search.trim(),
      status: unlessEmpty(state.status),
      policy: state.policy,
      resourceGroup: state.group,
    }),
    sort: state.sort,
    direction: state.direction,
    page: safePage(state.page),
    pageSize,
  };
}

export function hasVmFilters(state: VmListState): boolean {
  return state.search !== "" || state.status.length > 0 || state.policy !== "" || state.group !== "";
}
