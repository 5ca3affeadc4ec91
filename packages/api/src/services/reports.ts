import type { SignedInContext } from "../context.ts";
import { pending } from "../pending.ts";
import type { ReportSummary } from "../views/index.ts";
export function summarisePoints(
  _ctx: SignedInContext,
  _input: { from?: Date | undefined; to?: Date | undefined },
): Promise<ReportSummary> {
  return pending();
}
