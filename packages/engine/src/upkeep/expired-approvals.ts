/** Ends requests for a second person whose time is over. They cannot be approved in any case: this records their end. */
import {
  appendEvents,
  endApproval,
  inTransaction,
  listExpiredApprovals,
  type StoredApproval,
} from "@kluis/db";
import { approvalEvent, engineActor } from "@kluis/domain";
import { cursorAfter, placeOf } from "../runtime/due-cursor.ts";
import { type RecurringWork, runWork, type WorkDeps } from "../runtime/recurring-work.ts";
import type { Again } from "../runtime/tasks.ts";

/** Requests that one page reads. */
const PAGE = 100;

export function expireApprovals(deps: WorkDeps, signal: AbortSignal): Promise<Again | null> {
  return runWork(deps, expiry(deps), signal);
}

function expiry(deps: WorkDeps): RecurringWork<StoredApproval> {
  return {
    name: "approvals",
    async page(cursor) {
      const place = placeOf(cursor);
      const after = place === null ? null : { at: place.dueAt, id: place.id };
      const items = await listExpiredApprovals(deps.db.prisma, { after, limit: PAGE });
      const last = items.length < PAGE ? undefined : items.at(-1);
      return { items, next: last === undefined ? null : cursorAfter({ dueAt: last.expiresAt, id: last.id }) };
    },
    nameOf: ({ id }) => `request ${id}`,
    work: (request) =>
      inTransaction(deps.db, async (tx) => {
        // False: decided or ended meanwhile.
        if (!(await endApproval(tx, request.id, { state: "expired" }))) return;
        const data = {
          requestedBy: { id: request.requesterId, name: request.requester.name },
          expiresAt: request.expiresAt.toISOString(),
        };
        const event = approvalEvent("approval.expired", request, { actor: engineActor, data });
        await appendEvents(tx, deps.clock, [event]);
      }),
  };
}
