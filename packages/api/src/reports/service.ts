/** The sums of the recovery-point report, before it is downloaded. */
import { sumReportPoints } from "@kluis/db";
import type { SignedInContext } from "../context.ts";
import type { SummarizePointsInput } from "./inputs.ts";
import { reportScope } from "./render.ts";
import type { ReportSummary } from "./view.ts";

/** The sums over the rows that the report would have. */
export async function summarizePoints(
  ctx: SignedInContext,
  period: SummarizePointsInput,
): Promise<ReportSummary> {
  const scope = reportScope(ctx, period);
  const { application, file, crash, ...sums } = await sumReportPoints(ctx.api.db.prisma, scope);
  return {
    from: scope.from?.toISOString() ?? null,
    to: (scope.to ?? scope.asOf).toISOString(),
    byConsistency: { application, file, crash },
    ...sums,
  };
}
