/** What a bulk action would do: it is done to each VM, in a transaction that is rolled back. So preview and action never differ. */
import { countOwnOpen, inTransaction, isDatabaseLost, listVisibleRefs } from "@kluis/db";
import { actingNow, type BulkResult, type BulkWork, doToVm } from "@kluis/db/actions";
import {
  approvalLimits,
  bulkLimits,
  bulkMost,
  errorInfo,
  isKluisError,
  type KluisError,
} from "@kluis/domain";
import type { z } from "zod";
import { type SignedInContext, seen } from "../context.ts";
import type { PreviewBulkInput } from "./inputs.ts";
import { mustMayStart, policyOf, resolveSelection } from "./selection.ts";
import type { bulkPreview } from "./view.ts";

/** VMs that a reason names. */
const NAMED = 3;

/** Judges the next VMs of a selection. @throws KluisError as `startBulk` */
export async function previewBulk(
  ctx: SignedInContext,
  input: PreviewBulkInput,
): Promise<z.input<typeof bulkPreview>> {
  const { kind, cursor: after } = input;
  mustMayStart(ctx, kind);
  const policy = await policyOf(ctx, input);
  const vmIds = await resolveSelection(ctx, input.selection, bulkLimits.itemsMost + 1);
  const next = vmIds.slice(after, after + bulkLimits.previewMost);
  // A request that the action would make needs a reason, which the user gives later.
  const reason = input.reason === "" ? "preview" : input.reason;
  const work = {
    kind,
    policyId: policy?.id ?? null,
    reason,
    ticket: null,
    expiresInHours: approvalLimits.hours,
  };
  const counts = { done: 0, requested: 0 };
  const refusals = new Map<string, { readonly error: KluisError; readonly vmIds: string[] }>();
  for (const vmId of next) {
    const would = await wouldDo(ctx, work, vmId);
    if ("state" in would) {
      counts[would.state] += 1;
      continue;
    }
    const key = `${would.code} ${would.reason ?? ""}`;
    const known = refusals.get(key) ?? { error: would, vmIds: [] };
    refusals.set(key, known);
    known.vmIds.push(vmId);
  }
  const { prisma } = ctx.api.db;
  const named = [...refusals.values()].flatMap((one) => one.vmIds.slice(0, NAMED));
  const names = await listVisibleRefs(prisma, seen(ctx), named);
  const own = await countOwnOpen(prisma, ctx.who.person.id);
  return {
    total: vmIds.length,
    most: bulkMost(kind),
    judged: after + next.length,
    ...counts,
    requestsLeft: Math.max(0, approvalLimits.openMost - own),
    refused: [...refusals.values()].map((one) => ({
      error: errorInfo(one.error),
      vms: names.filter(({ id }) => one.vmIds.includes(id)),
      count: one.vmIds.length,
    })),
  };
}

/** Has the result of a transaction that must not commit. */
class Rollback extends Error {
  readonly result: BulkResult;
  constructor(result: BulkResult) {
    super("A preview changes nothing.");
    this.result = result;
  }
}

async function wouldDo(ctx: SignedInContext, work: BulkWork, vmId: string): Promise<BulkResult | KluisError> {
  try {
    return await inTransaction(ctx.api.db, async (tx) => {
      const { result } = await doToVm(await actingNow(ctx, tx), tx, { work, vmId });
      throw new Rollback(result);
    });
  } catch (error) {
    if (error instanceof Rollback) return error.result;
    if (isKluisError(error) && error.code !== "INTERNAL" && !isDatabaseLost(error)) return error;
    throw error;
  }
}
