import { summarisePointReport } from "@kluis/reports";
import type { SignedInContext } from "../context.ts";
import { iso } from "../shape.ts";
import type { ReportSummary } from "../views/index.ts";
import { reportScope } from "./render.ts";

/** The figures of the recovery-point report for a period, as its rows will add up to. */
export async function summarisePoints(
  ctx: SignedInContext,
  period: { readonly from?: Date | undefined; readonly to?: Date | undefined },
): Promise<ReportSummary> {
  const scope = reportScope(ctx, period);
  const { application, file, crash, ...totals } = await summarisePointReport(ctx.api.db, scope);
  return {
    ...totals,
    from: iso(scope.from),
    to: iso(scope.to ?? scope.asOf),
    byConsistency: { application, file, crash },
  };
}
