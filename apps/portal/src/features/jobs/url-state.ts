import type { RouterInputs } from "@kluis/api/types";
import {
  type JobKind,
  type JobSort,
  type JobState,
  jobKinds,
  jobSorts,
  jobStates,
  openJobStates,
} from "@kluis/domain";
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

/** The filter's choice for the states in the address; all states of jobs that have not ended are one choice. */
export function stateChoice(states: readonly JobState[]): "all" | "active" | JobState {
  if (states.length === openJobStates.length && openJobStates.every((state) => states.includes(state)))
    return "active";
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
