/** Bulk actions as users see them, and their cancellation. */
import {
  type BulkRow,
  type BulkSight,
  cancelBulk as cancelItems,
  findBulkViews,
  isUuid,
  listBulkItems,
  listBulkViews,
  lockBulk,
} from "@kluis/db";
import { actingNow } from "@kluis/db/actions";
import { type Access, bulkEvent, can, KluisError } from "@kluis/domain";
import type { z } from "zod";
import { type SignedInContext, seen } from "../context.ts";
import { record } from "../record.ts";
import type { GetBulkInput, ListBulkInput } from "./inputs.ts";
import type { bulkListRow, bulkPage, bulkView } from "./view.ts";

/** A token of one team does not see what its owner started elsewhere. */
function sightOf(ctx: SignedInContext): BulkSight {
  const isOfTeam = ctx.who.token !== null && ctx.who.token.teamId !== null;
  return { personId: isOfTeam ? null : ctx.who.person.id, visibility: seen(ctx) };
}

export async function listBulk(
  ctx: SignedInContext,
  { page, pageSize, state, own }: ListBulkInput,
): Promise<z.input<typeof bulkPage>> {
  const filter = { state, starterId: own === true ? ctx.who.person.id : undefined };
  const found = await listBulkViews(ctx.api.db.prisma, sightOf(ctx), { filter, order: { page, pageSize } });
  return { ...found, rows: found.rows.map((row) => rowOf(ctx, row)), page, pageSize };
}

/** @throws KluisError NOT_FOUND, also for one without a VM that the user sees */
export async function getBulk(
  ctx: SignedInContext,
  { bulk, page, pageSize, state }: GetBulkInput,
): Promise<z.input<typeof bulkView>> {
  const row = await lookupBulk(ctx, bulk);
  const found = await listBulkItems(
    ctx.api.db.prisma,
    { bulkId: row.id, visibility: seen(ctx) },
    { state, page, pageSize },
  );
  return { ...rowOf(ctx, row), items: { ...found, page, pageSize } };
}

/**
 * Cancels what has not begun. One that has ended, or is canceled, stays as it is.
 * @throws KluisError NOT_FOUND; FORBIDDEN for the bulk action of another user
 */
export async function cancelBulk(ctx: SignedInContext, ref: string): Promise<z.input<typeof bulkListRow>> {
  const { id } = await lookupBulk(ctx, ref);
  await record(ctx, async (tx) => {
    const { who } = await actingNow(ctx, tx);
    const bulk = await lockBulk(tx, id);
    if (bulk === null) throw unknownBulk(ref);
    if (!mayCancel(who.access, { own: bulk.starterId === who.person.id })) throw mayNotCancel();
    if (bulk.endedAt !== null) return { result: null, events: [] };
    const vms = await cancelItems(tx, id, who.actor);
    return { result: null, events: [bulkEvent("bulk.cancelled", bulk, { actor: who.actor, data: { vms } })] };
  });
  return rowOf(ctx, await lookupBulk(ctx, id));
}

/** The user who started it, and owners. */
function mayCancel(access: Access, { own }: { readonly own: boolean }): boolean {
  return own || can(access, "platform:manage", { kind: "organisation" });
}

function rowOf(ctx: SignedInContext, { starterId, ...row }: BulkRow): z.input<typeof bulkListRow> {
  const own = starterId === ctx.who.person.id;
  const total = Object.values(row.counts).reduce((sum, count) => sum + count, 0);
  const cancel = row.state === "running" && mayCancel(ctx.who.access, { own });
  return { ...row, total, own, can: { cancel } };
}

/** @throws KluisError NOT_FOUND, CONFLICT when several ids have the prefix */
async function lookupBulk(ctx: SignedInContext, ref: string): Promise<BulkRow> {
  const isId = isUuid(ref) || /^[0-9a-f-]{4,36}$/i.test(ref);
  const found = isId ? await findBulkViews(ctx.api.db.prisma, sightOf(ctx), ref) : [];
  const [row, second] = found;
  if (row === undefined) throw unknownBulk(ref);
  if (second !== undefined) {
    throw new KluisError("CONFLICT", {
      reason: "bulk-ambiguous",
      message: `The ids of several bulk actions begin with ${ref}.`,
      action: "Enter more of the id.",
      params: { id: ref },
    });
  }
  return row;
}

function unknownBulk(ref: string): KluisError {
  return new KluisError("NOT_FOUND", {
    reason: "bulk",
    message: `The bulk action ${ref} does not exist, or you cannot see it.`,
    action: "Check the id, or list the bulk actions.",
    params: { bulk: ref },
  });
}

function mayNotCancel(): KluisError {
  return new KluisError("FORBIDDEN", {
    reason: "bulk-cancel",
    message: "Only the user who started a bulk action, or an owner, cancels it.",
    action: "Ask one of them.",
  });
}
