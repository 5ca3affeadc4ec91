import { diskKeySchema } from "@kluis/domain";
import { z } from "zod";
import type { RequestContext } from "./context.ts";
import { type DiskDownload, downloadFormats, openDiskDownload } from "./downloads/download.ts";
import { type ByteRange, decideRange } from "./downloads/http-range.ts";
import { apiErrorOf, httpStatusOf, kluisErrorOf } from "./error-map.ts";
import { instant, pointRef } from "./inputs.ts";
import { openPointReport, reportFormats } from "./reports/render.ts";

/** Ready answers for route handlers that don't speak tRPC. They never throw: errors become answers too. */

/** The JSON answer of an error: `{ error: ApiError }` with the right status. */
export function errorResponse(error: unknown, requestId: string): Response {
  const known = kluisErrorOf(error);
  const headers: Record<string, string> = { "cache-control": "no-store", "x-request-id": requestId };
  if (known.code === "NOT_SIGNED_IN" || known.code === "TOKEN_INVALID")
    headers["www-authenticate"] = "Bearer";
  return Response.json(
    { error: apiErrorOf(error, requestId) },
    { status: httpStatusOf(known.code), headers },
  );
}

const downloadInput = z.object({
  point: pointRef,
  disk: diskKeySchema,
  format: z.enum(downloadFormats).default("raw"),
});

/** A disk of a recovery point, whole or in part (RFC 9110: Range, If-Range, If-Match, If-None-Match). HEAD sends no body. */
export async function diskDownloadResponse(
  ctx: RequestContext,
  input: { readonly point: string; readonly disk: string; readonly format?: string | null | undefined },
  request: Request,
): Promise<Response> {
  try {
    const what = downloadInput.parse({ ...input, format: input.format ?? undefined });
    const download = await openDiskDownload(ctx, what);
    const { headers } = request;
    const decision = decideRange(download, {
      range: request.method === "HEAD" ? null : headers.get("range"),
      ifRange: headers.get("if-range"),
      ifMatch: headers.get("if-match"),
      ifNoneMatch: headers.get("if-none-match"),
    });
    const answer = {
      status: decision.status,
      headers: { ...decision.headers, ...fileHeaders(download, ctx) },
    };
    if (decision.range === null || request.method === "HEAD") return new Response(null, answer);
    await download.recordStart(decision.range);
    return new Response(bodyOf(ctx, download, { range: decision.range, signal: request.signal }), answer);
  } catch (error) {
    return failed(ctx, error);
  }
}

function fileHeaders(download: DiskDownload, ctx: RequestContext): Record<string, string> {
  return {
    "content-type": download.contentType,
    "content-disposition": `attachment; filename="${download.fileName}"`,
    // A disk is nobody's business but its reader's.
    "cache-control": "private, no-store, no-transform",
    "x-content-type-options": "nosniff",
    "x-kluis-content-digest": download.rootDigest,
    "x-request-id": ctx.requestId,
  };
}

function bodyOf(
  ctx: RequestContext,
  download: DiskDownload,
  reading: { readonly range: ByteRange; readonly signal: AbortSignal },
): ReadableStream<Uint8Array> {
  return streamOf(ctx, download.stream(reading.range, reading.signal), reading.signal);
}

/** Pulls only when the client takes: a slow client holds no more than the pieces that are under way. */
function streamOf(
  ctx: RequestContext,
  pieces: AsyncGenerator<Uint8Array, void, undefined>,
  signal: AbortSignal,
): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await pieces.next();
          if (done === true) controller.close();
          else controller.enqueue(value);
        } catch (error) {
          // Headers are gone: a broken connection is the only way to say that the rest is missing.
          if (!signal.aborted)
            ctx.api.logger.error({ err: error, requestId: ctx.requestId }, "a download broke off");
          controller.error(error);
        }
      },
      async cancel() {
        await pieces.return();
      },
    },
    { highWaterMark: 0 },
  );
}

const reportInput = z.object({
  format: z.enum(reportFormats).default("csv"),
  from: instant.optional(),
  to: instant.optional(),
});

/** The recovery-point report of what this person sees, streamed. */
export async function pointReportResponse(
  ctx: RequestContext,
  input: {
    readonly format?: string | null | undefined;
    readonly from?: string | null | undefined;
    readonly to?: string | null | undefined;
  },
  request: Request,
): Promise<Response> {
  try {
    const { format, from, to } = input;
    const wanted = { format: format ?? undefined, from: from || undefined, to: to || undefined };
    const report = await openPointReport(ctx, reportInput.parse(wanted), request.signal);
    return new Response(streamOf(ctx, report.stream(), request.signal), {
      status: 200,
      headers: {
        "content-type": report.contentType,
        "content-disposition": `attachment; filename="${report.fileName}"`,
        "cache-control": "private, no-store",
        "x-content-type-options": "nosniff",
        "x-request-id": ctx.requestId,
      },
    });
  } catch (error) {
    return failed(ctx, error);
  }
}

function failed(ctx: RequestContext, error: unknown): Response {
  const known = kluisErrorOf(error);
  if (known.code === "INTERNAL") {
    ctx.api.logger.error({ err: known.cause ?? known, requestId: ctx.requestId }, "request failed");
  }
  return errorResponse(error, ctx.requestId);
}
