/** The schemas of bulk actions as the API sends them. */
import { bulkItemRow, bulkRow as storedRow } from "@kluis/db";
import { countView, errorView, pageView, refView } from "@kluis/domain";
import { z } from "zod";

export const bulkListRow = storedRow.omit({ starterId: true }).extend({
  /** VMs that the user sees. */
  total: countView,
  /** Whether the user started it. */
  own: z.boolean(),
  can: z.object({ cancel: z.boolean() }),
});

export const bulkPage = pageView(bulkListRow);

/** A bulk action with a page of its VMs. */
export const bulkView = bulkListRow.extend({ items: pageView(bulkItemRow) });

export const startedBulk = z.object({ id: z.string(), total: countView });

/** What the action would do to the next VMs of the selection. */
export const bulkPreview = z.object({
  /** VMs of the selection. */
  total: countView,
  /** The most VMs of such an action: more are refused. */
  most: countView,
  /** VMs that are judged with this answer and the ones before. */
  judged: countView,
  /** Of the VMs of this answer. */
  done: countView,
  /** A second person must approve it. */
  requested: countView,
  /** Further requests for a second person that the user may make now: what needs more is refused. */
  requestsLeft: countView,
  /** Why VMs would be refused; reasons of this answer, each with its first VMs. */
  refused: z.array(z.object({ error: errorView, vms: z.array(refView), count: countView })),
});
