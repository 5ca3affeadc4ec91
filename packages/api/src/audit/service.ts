import { listAuditViews } from "@kluis/db";
import { visibleVmFilter } from "@kluis/domain";
import { verifyLedger } from "@kluis/reports";
import type { SignedInContext } from "../context.ts";
import { lookupVm } from "../lookup.ts";
import { record, type VmEvent } from "../record.ts";
import { actorView, iso } from "../shape.ts";
import type { AuditPage, LedgerVerification } from "../views/index.ts";
import { readAnchorCopies } from "./anchor-copies.ts";
import type { ListAuditInput } from "./inputs.ts";

/** Events about what the person audits: everything, or their teams and the VMs those reach. */
export async function listAudit(ctx: SignedInContext, input: ListAuditInput): Promise<AuditPage> {
  const { vm, before, limit, ...filter } = input;
  const vmId = vm === undefined ? undefined : (await lookupVm(ctx, vm)).id;
  const visibility = visibleVmFilter(ctx.who.access, "audit:read");
  const look = { visibility, teamIds: visibility.all ? [] : visibility.teamIds };
  const { rows, total } = await listAuditViews(ctx.api.db.prisma, look, {
    filter: { ...filter, vmId },
    before,
    limit,
  });
  const last = rows.at(-1);
  return {
    rows: rows.map((row) => ({ ...row, at: iso(row.at), actor: actorView(row.actor) })),
    next: rows.length < limit || last === undefined || last.seq === 1 ? null : last.seq,
    total,
  };
}

/**
 * Walks the whole chain and compares it with the anchors, in the database and as copied into the vault; the walk is recorded. It reads every team's events but shows none of them, so it needs no more than
 * the right to audit somewhere.
 */
export async function verifyAudit(
  ctx: SignedInContext,
  signal: AbortSignal | undefined,
): Promise<LedgerVerification> {
  const { db, clock } = ctx.api;
  const { copies, publicPems, unchecked } = await readAnchorCopies(ctx.api, signal);
  const verdict = await verifyLedger(db, {
    copies,
    ...(publicPems.length > 0 && { publicPem: publicPems }),
    ...(signal !== undefined && { signal }),
  });
  const { ok, events, head, anchors, problem } = verdict;
  await record(ctx, () => {
    const event: VmEvent = {
      kind: "ledger.verified",
      actor: ctx.who.actor,
      target: { type: "ledger", id: "ledger", name: "Ledger" },
      data: { ok, events, head, anchors, copies: copies.length, problem, unchecked },
    };
    return Promise.resolve({ result: null, events: [event] });
  });
  return {
    ok,
    events,
    head,
    anchors,
    copies: copies.length,
    checkedAt: iso(clock.now()),
    problem,
    unchecked,
  };
}
