import type { RouterInputs } from "@kluis/api/types";
import { jobKinds, jobStates } from "@kluis/domain";
import { parseAsStringLiteral } from "nuqs";
import { defined, listParams, pageSize, parseAsAnyOf, safePage, unlessEmpty } from "#lib/url-state.ts";

export const jobSorts = ["createdAt", "endedAt", "vm"] as const;

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
  readonly kind: (typeof jobKinds)[number][];
  readonly state: (typeof jobStates)[number][];
  readonly sort: (typeof jobSorts)[number];
  readonly direction: "asc" | "desc";
  readonly page: number;
}

/** What the list asks the API for. */
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
