import type { RouterInputs } from "@kluis/api/types";
import { type ApprovalKind, type ApprovalState, approvalKinds, approvalStates } from "@kluis/domain";
import { parseAsStringLiteral } from "nuqs";
import { defined, listParams, pageSize, parseAsAnyOf, safePage, unlessEmpty } from "#lib/url-state.ts";

export const approvalSights = ["everything", "to-decide", "me"] as const;
type ApprovalSight = (typeof approvalSights)[number];

/** The filters of the list of requests in the address. */
export const approvalListParams = {
  of: parseAsStringLiteral(approvalSights).withDefault("everything"),
  state: parseAsAnyOf(approvalStates),
  kind: parseAsAnyOf(approvalKinds),
  page: listParams.page,
};

interface ApprovalListState {
  readonly of: ApprovalSight;
  readonly state: ApprovalState[];
  readonly kind: ApprovalKind[];
  readonly page: number;
}

/** The input of the API for the state of the list. */
export function approvalListInput(state: ApprovalListState): NonNullable<RouterInputs["approvals"]["list"]> {
  return {
    ...defined({
      of: state.of === "everything" ? undefined : state.of,
      state: unlessEmpty(state.state),
      kind: unlessEmpty(state.kind),
    }),
    page: safePage(state.page),
    pageSize,
  };
}
