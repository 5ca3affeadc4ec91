import { procedure } from "../procedures.ts";
import { bulkInput, getBulkInput, listBulkInput, previewBulkInput, startBulkInput } from "./inputs.ts";
import { previewBulk } from "./preview.ts";
import { cancelBulk, getBulk, listBulk } from "./service.ts";
import { startBulk } from "./start.ts";
import { bulkListRow, bulkPage, bulkPreview, bulkView, startedBulk } from "./view.ts";

/** The action decides which permissions are needed; they are checked for each VM when it is done. */
export const bulkProcedures = {
  /** Starts one action on many VMs: named ones, or all that match a filter. */
  start: procedure
    .requires("inventory:read")
    .input(startBulkInput)
    .output(startedBulk)
    .mutation(({ ctx, input }) => startBulk(ctx, input)),

  /** What an action would do to the next VMs of a selection, and why some would be refused. */
  preview: procedure
    .requires("inventory:read")
    .input(previewBulkInput)
    .output(bulkPreview)
    .query(({ ctx, input }) => previewBulk(ctx, input)),

  /** Bulk actions on VMs that the user sees, and their own, the newest first. */
  list: procedure
    .requires("inventory:read")
    .input(listBulkInput)
    .output(bulkPage)
    .query(({ ctx, input }) => listBulk(ctx, input)),

  /** One bulk action, with a page of its VMs. */
  get: procedure
    .requires("inventory:read")
    .input(getBulkInput)
    .output(bulkView)
    .query(({ ctx, input }) => getBulk(ctx, input)),

  /** Cancels what a bulk action has not begun. */
  cancel: procedure
    .requires("inventory:read")
    .input(bulkInput)
    .output(bulkListRow)
    .mutation(({ ctx, input }) => cancelBulk(ctx, input.bulk)),
};
