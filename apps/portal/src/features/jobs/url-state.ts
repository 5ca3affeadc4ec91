import type { RouterInputs } from "@kluis/api/types";
import { type JobKind, type JobSort, type JobState, jobKinds, jobSorts, jobStates } from "@kluis/domain";
import { parseAsStringLiteral } from "nuqs";
import { defined, listParams, pageSize, parseAsAnyOf, safePage, unlessEmpty } from "#lib/url-state.ts";

/** The job list's filters in the address. */
export const jobListParams = {
  search: listParams.search,
  kind: parseAsAnyOf(jobKinds),
  state: parseAsAnyOf(jobStates),
  sort: parseAsStringLiteral(jobSorts).withDefault("createdAt"),
  direction: listParams.direction("desc"),
  page: listParams.page,
};

export interface JobListState {
  readonly search: string;
  readonly kind: JobKind[];
  readonly state: JobState[];
  readonly sort: JobSort;
  readonly direction: "asc" | "desc";
  readonly page: number;
}

/** The column to sort by, if the server can sort by it. */
export function jobSortOf(column: string): JobSort | undefined {
  return jobSorts.find((sort) => sort === column);
}

/** The states of jobs that have not ended: one choice of the filter. */
export const activeStates = ["queued", "running"] as const satisfies readonly JobState[];

/** The filter's choice for the states in the address. */
export function stateChoice(states: readonly JobState[]): "all" | "active" | JobState {
  if (states.length === 2 && activeStates.every((state) => states.includes(state))) return "active";
  return states[0] ?? "all";
}

/** The input of the API for the state of the list. */
export function jobListInput(state: JobListState): NonNullable<RouterInputs["jobs"]["list"]> {
  return {
    ...defined({
      search: state.search.trim(),
      kind: unlessEmpty(state.kind),
      state: unlessEmpty(state.state),
    }),
    sort: state.sort,
    direction: state.direction,
    page: safePage(state.page),
    pageSize,
  };
}
