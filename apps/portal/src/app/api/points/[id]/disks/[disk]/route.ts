import { diskDownloadResponse } from "@kluis/api";
import { answerWith } from "#server/route.ts";

export const dynamic = "force-dynamic";

interface Segment {
  readonly params: Promise<{ readonly id: string; readonly disk: string }>;
}

/** Streams a disk of a recovery point as raw or fixed VHD; Range makes a broken download resume. */
async function handle(request: Request, { params }: Segment): Promise<Response> {
  const { id, disk } = await params;
  const format = new URL(request.url).searchParams.get("format") ?? "raw";
  return answerWith(request, (context) =>
    diskDownloadResponse(context, { point: id, disk, format }, request),
  );
}

export { handle as GET, handle as HEAD };
