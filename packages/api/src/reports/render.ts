/** The recovery-point report as a file. */
import type { PointReportScope } from "@kluis/db";
import { visibleVmFilter } from "@kluis/domain";
import { renderPointsCsv, renderPointsJson } from "@kluis/reports";
import { type RequestContext, requireSignedIn, type SignedInContext } from "../context.ts";
import { record, type VmEvent } from "../record.ts";
import type { PointReportInput, SummarizePointsInput } from "./inputs.ts";

export interface PointReport {
  readonly fileName: string;
  readonly contentType: string;
  stream(): AsyncGenerator<Uint8Array, void, undefined>;
}

/** The period, over the VMs for which the user may make reports. */
export function reportScope(ctx: SignedInContext, period: SummarizePointsInput): PointReportScope {
  return {
    visibility: visibleVmFilter(ctx.who.access, "report:read"),
    from: period.from ?? null,
    to: period.to ?? null,
    asOf: ctx.api.clock.now(),
  };
}

/**
 * Opens the recovery-point report. The ledger records it before the first byte leaves.
 * @throws KluisError NOT_SIGNED_IN, FORBIDDEN
 */
export async function openPointReport(
  request: RequestContext,
  input: PointReportInput,
  signal: AbortSignal,
): Promise<PointReport> {
  const ctx = requireSignedIn(request, "report:read");
  const scope = reportScope(ctx, input);
  const scopeName = nameOf(ctx, scope);
  const event = reportEvent(ctx, input, { scope, scopeName });
  await record(ctx, () => Promise.resolve({ result: null, events: [event] }));
  const stamp = scope.asOf.toISOString().slice(0, 16).replaceAll(/[-:]/g, "");
  const { db } = ctx.api;
  const options = { generatedAt: scope.asOf, generatedBy: ctx.who.actor, scopeName, signal };
  const csv = input.format === "csv";
  return {
    fileName: `kluis-recovery-points-${stamp}Z.${input.format}`,
    contentType: csv ? "text/csv; charset=utf-8" : "application/json; charset=utf-8",
    stream: () => encoded(csv ? renderPointsCsv(db, scope, signal) : renderPointsJson(db, scope, options)),
  };
}

function nameOf(ctx: SignedInContext, { visibility }: PointReportScope): string {
  if (visibility.all) return "all virtual machines";
  const names = ctx.who.access.teams
    .filter((team) => visibility.teamIds.includes(team.id))
    .map((team) => team.name);
  return names.length === 1 ? `team ${names[0]}` : `teams ${names.join(", ")}`;
}

function reportEvent(
  ctx: SignedInContext,
  { format }: PointReportInput,
  { scope, scopeName }: { readonly scope: PointReportScope; readonly scopeName: string },
): VmEvent {
  const { visibility, from, to } = scope;
  return {
    kind: "report.generated",
    actor: ctx.who.actor,
    target: { type: "report", id: `points.${format}`, name: "Recovery points" },
    teamIds: visibility.all ? [] : visibility.teamIds,
    data: {
      format,
      scope: scopeName,
      from: from?.toISOString() ?? null,
      to: to?.toISOString() ?? null,
    },
  };
}

async function* encoded(pieces: AsyncIterable<string>): AsyncGenerator<Uint8Array, void, undefined> {
  const encoder = new TextEncoder();
  for await (const piece of pieces) yield encoder.encode(piece);
}
