import { listAuditViews } from "@kluis/db";
import { notice, noticeText, visibleVmFilter } from "@kluis/domain";
import { verifyLedger } from "@kluis/reports";
import type { z } from "zod";
import type { SignedInContext } from "../context.ts";
import { lookupVm } from "../lookup.ts";
import { record, type VmEvent } from "../record.ts";
import { readAnchorCopies } from "./anchor-copies.ts";
import type { ListAuditInput } from "./inputs.ts";
import type { auditPage, ledgerVerification } from "./view.ts";

/** Returns events that the user may audit: all, or those about their teams and the VMs that these reach. */
export async function listAudit(
  ctx: SignedInContext,
  input: ListAuditInput,
): Promise<z.input<typeof auditPage>> {
  const { vm, before, limit, ...filter } = input;
  const vmId = vm === undefined ? undefined : (await lookupVm(ctx, vm)).id;
  const visibility = visibleVmFilter(ctx.who.access, "audit:read");
  const sight = { visibility, teamIds: visibility.all ? [] : visibility.teamIds };
  const { rows, total, hasMore } = await listAuditViews(ctx.api.db.prisma, sight, {
    filter: { ...filter, vmId },
    before,
    limit,
  });
  const last = rows.at(-1);
  return {
    rows,
    next: rows.length < limit || last === undefined || last.seq === 1 ? null : last.seq,
    total,
    hasMore,
  };
}

/**
 * Walks the whole chain, compares it with the anchors in the database and their copies in the vault, and records the result.
 * It reads the events of every team but shows none of them, so the permission to audit one team is enough.
 */
export async function verifyAudit(
  ctx: SignedInContext,
  signal: AbortSignal | undefined,
): Promise<z.input<typeof ledgerVerification>> {
  const { db, clock } = ctx.api;
  const { copies, publicPems, unchecked } = await readAnchorCopies(ctx.api, signal);
  const verdict = await verifyLedger(db, {
    copies,
    ...(publicPems.length > 0 && { publicPem: publicPems }),
    ...(signal !== undefined && { signal }),
  });
  const { ok, events, head, anchors, anchoredTo, problem } = verdict;
  await record(ctx, () => {
    const event: VmEvent = {
      kind: "ledger.verified",
      actor: ctx.who.actor,
      target: { type: "ledger", id: "ledger", name: "Ledger" },
      data: {
        ok,
        events,
        head,
        anchors,
        anchoredTo,
        copies: copies.length,
        problem,
        unchecked: unchecked && noticeText(unchecked),
      },
    };
    return Promise.resolve({ result: null, events: [event] });
  });
  return {
    ok,
    events,
    head,
    anchors,
    anchoredTo,
    copies: copies.length,
    checkedAt: clock.now(),
    problem: problem && { ...problem, notice: notice(`ledger-${problem.kind}`, { seq: problem.seq }) },
    unchecked: unchecked && noticeText(unchecked),
    uncheckedNotice: unchecked,
  };
}
