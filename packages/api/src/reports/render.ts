import type { PointReportScope } from "@kluis/db";
import { visibleVmFilter } from "@kluis/domain";
import { renderPointsCsv, renderPointsJson } from "@kluis/reports";
import { type RequestContext, requireSignedIn, type SignedInContext } from "../context.ts";
import { record, type VmEvent } from "../record.ts";

export const reportFormats = ["csv", "json"] as const;
export type ReportFormat = (typeof reportFormats)[number];

export interface ReportWanted {
  readonly format: ReportFormat;
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
}

export interface PointReport {
  readonly fileName: string;
  readonly contentType: string;
  stream(): AsyncGenerator<Uint8Array, void, undefined>;
}

/** The VMs and the period that a report covers: those on which the person may make reports. */
export function reportScope(
  ctx: SignedInContext,
  period: { readonly from?: Date | undefined; readonly to?: Date | undefined },
): PointReportScope {
  return {
    visibility: visibleVmFilter(ctx.who.access, "report:read"),
    from: period.from ?? null,
    to: period.to ?? null,
    asOf: ctx.api.clock.now(),
  };
}

/**
 * Opens the recovery-point report of what the person may report on; that it was made is recorded before its first byte.
 * @throws KluisError NOT_SIGNED_IN, FORBIDDEN
 */
export async function openPointReport(
  request: RequestContext,
  wanted: ReportWanted,
  signal: AbortSignal,
): Promise<PointReport> {
  const ctx = requireSignedIn(request, "report:read");
  const scope = reportScope(ctx, wanted);
  const scopeName = nameOf(ctx, scope);
  await recordReport(ctx, wanted, scopeName);
  const stamp = scope.asOf.toISOString().slice(0, 16).replaceAll(/[-:]/g, "");
  const { db } = ctx.api;
  const options = { generatedAt: scope.asOf, generatedBy: ctx.who.actor, scopeName, signal };
  const csv = wanted.format === "csv";
  return {
    fileName: `kluis-recovery-points-${stamp}Z.${wanted.format}`,
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

async function recordReport(ctx: SignedInContext, wanted: ReportWanted, scopeName: string): Promise<void> {
  const { visibility } = reportScope(ctx, wanted);
  const event: VmEvent = {
    kind: "report.generated",
    actor: ctx.who.actor,
    target: { type: "report", id: `points.${wanted.format}`, name: "Recovery points" },
    teamIds: visibility.all ? [] : visibility.teamIds,
    data: {
      format: wanted.format,
      scope: scopeName,
      from: wanted.from?.toISOString() ?? null,
      to: wanted.to?.toISOString() ?? null,
    },
  };
  await record(ctx, () => Promise.resolve({ result: null, events: [event] }));
}

async function* encoded(pieces: AsyncIterable<string>): AsyncGenerator<Uint8Array, void, undefined> {
  const encoder = new TextEncoder();
  for await (const piece of pieces) yield encoder.encode(piece);
}
