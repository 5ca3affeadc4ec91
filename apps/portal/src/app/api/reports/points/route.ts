import { pointReportResponse } from "@kluis/api";
import { answerWith } from "#server/route.ts";

export const dynamic = "force-dynamic";

/** The recovery-point report as CSV or JSON, streamed. */
export async function GET(request: Request): Promise<Response> {
  const query = new URL(request.url).searchParams;
  const from = query.get("from");
  const to = query.get("to");
  return answerWith(request, (context) =>
    pointReportResponse(
      context,
      {
        format: query.get("format") ?? "csv",
        ...(from === null ? {} : { from }),
        ...(to === null ? {} : { to }),
      },
      request,
    ),
  );
}
