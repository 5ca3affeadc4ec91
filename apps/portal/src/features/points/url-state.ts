import type { RouterInputs } from "@kluis/api/types";
import {
  type Consistency,
  consistencies,
  type PointSort,
  type PointState,
  pointSorts,
  pointStates,
} from "@kluis/domain";
import { parseAsBoolean, parseAsString, parseAsStringLiteral } from "nuqs";
import { z } from "zod";
import { defined, listParams, pageSize, parseAsAnyOf, safePage, unlessEmpty } from "#lib/url-state.ts";

/** The recovery-point list's filters in the address. */
export const pointListParams = {
  search: listParams.search,
  consistency: parseAsAnyOf(consistencies),
  state: parseAsAnyOf(pointStates),
  pinned: parseAsBoolean.withDefault(false),
  /** The id of a vault: what it holds, second copies too. */
  vault: parseAsString.withDefault(""),
  sort: parseAsStringLiteral(pointSorts).withDefault("takenAt"),
  direction: listParams.direction("desc"),
  page: listParams.page,
};

export interface PointListState {
  readonly search: string;
  readonly consistency: Consistency[];
  readonly state: PointState[];
  readonly pinned: boolean;
  readonly vault: string;
  readonly sort: PointSort;
  readonly direction: "asc" | "desc";
  readonly page: number;
}

/** The input of the API for the state of the list. */
export function pointListInput(state: PointListState): NonNullable<RouterInputs["points"]["list"]> {
  return {
    ...defined({
      search: state.search.trim(),
      consistency: unlessEmpty(state.consistency),
      state: unlessEmpty(state.state),
      pinned: state.pinned ? (true as const) : undefined,
      vault: z.uuid().safeParse(state.vault).data,
    }),
    sort: state.sort,
    direction: state.direction,
    page: safePage(state.page),
    pageSize,
  };
}
