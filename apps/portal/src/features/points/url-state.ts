import type { RouterInputs } from "@kluis/api/types";
import { consistencies, type PointState } from "@kluis/domain";
import { parseAsStringLiteral } from "nuqs";
import { defined, listParams, pageSize, parseAsAnyOf, safePage, unlessEmpty } from "#lib/url-state.ts";

export const pointStateOrder = [
  "available",
  "damaged",
  "deleting",
  "deleted",
] as const satisfies readonly PointState[];
export const pointSorts = ["takenAt", "vm", "movedBytes", "expiresAt"] as const;

/** The recovery-point list's filters in the address. */
export const pointListParams = {
  search: listParams.search,
  consistency: parseAsAnyOf(consistencies),
  state: parseAsAnyOf(pointStateOrder),
  sort: parseAsStringLiteral(pointSorts).withDefault("takenAt"),
  direction: listParams.direction("desc"),
  page: listParams.page,
};

export interface PointListState {
  readonly search: string;
  readonly consistency: (typeof consistencies)[number][];
  readonly state: PointState[];
  readonly sort: (typeof pointSorts)[number];
  readonly direction: "asc" | "desc";
  readonly page: number;
}

/** What the list asks the API for. */
export function pointListInput(state: PointListState): NonNullable<RouterInputs["points"]["list"]> {
  return {
    ...defined({
      search: state.search.trim(),
      consistency: unlessEmpty(state.consistency),
      state: unlessEmpty(state.state),
    }),
    sort: state.sort,
    direction: state.direction,
    page: safePage(state.page),
    pageSize,
  };
}
