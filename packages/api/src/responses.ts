/**
 * Web Responses for route handlers outside tRPC: downloads, reports, errors. They never throw:
 * errors become responses.
 */
import { charge, type RequestContext, refusedWith } from "./context.ts";
import { type DiskDownload, openDiskDownload } from "./downloads/download.ts";
import { decideRange } from "./downloads/http-range.ts";
import { diskDownloadInput } from "./downloads/inputs.ts";
import { apiErrorOf, httpStatusOf, kluisErrorOf } from "./error-map.ts";
import { pointReportInput } from "./reports/inputs.ts";
import { openPointReport } from "./reports/render.ts";

/** An error as JSON, `{ error: ApiError }`, with its status. */
export function errorResponse(error: unknown, requestId: string): Response {
  const known = kluisErrorOf(error);
  const headers: Record<string, string> = {
    "cache-control": "no-store",
    "x-request-id": requestId,
    ...retryAfter([known]),
  };
  if (known.code === "NOT_SIGNED_IN" || known.code === "TOKEN_INVALID")
    headers["www-authenticate"] = "Bearer";
  return Response.json(
    { error: apiErrorOf(error, requestId) },
    { status: httpStatusOf(known.code), headers },
  );
}

/** The header that says when a limited caller may come again. */
export function retryAfter(errors: readonly unknown[]): Record<string, string> {
  const waits = errors.flatMap((error) => kluisErrorOf(error).retryAfterMs ?? []);
  return waits.length === 0 ? {} : { "retry-after": String(Math.ceil(Math.max(...waits) / 1000)) };
}

/** Path and query of a download, as they arrive. */
export interface DiskDownloadQuery {
  readonly point: string;
  readonly disk: string;
  readonly format?: string | null | undefined;
  readonly holes?: string | null | undefined;
}

/**
 * A disk of a recovery point, whole or in part (RFC 9110: Range, If-Range, If-Match,
 * If-None-Match). HEAD sends no body.
 */
export async function diskDownloadResponse(
  ctx: RequestContext,
  input: DiskDownloadQuery,
  request: Request,
): Promise<Response> {
  try {
    const { format, holes } = input;
    const wanted = diskDownloadInput.parse({
      ...input,
      format: format ?? undefined,
      holes: holes ?? undefined,
    });
    charge(ctx);
    const download = await openDiskDownload(ctx, wanted);
    const { headers } = request;
    const decision = decideRange(download, {
      range: request.method === "HEAD" ? null : headers.get("range"),
      ifRange: headers.get("if-range"),
      ifMatch: headers.get("if-match"),
      ifNoneMatch: headers.get("if-none-match"),
    });
    const init = {
      status: decision.status,
      headers: { ...decision.headers, ...downloadHeaders(download, ctx) },
    };
    if (decision.range === null || request.method === "HEAD") return new Response(null, init);
    await download.recordStart(decision.range);
    const pieces = download.stream(decision.range, request.signal);
    return new Response(streamOf(ctx, pieces, request.signal), init);
  } catch (error) {
    return failed(ctx, error);
  }
}

function downloadHeaders(download: DiskDownload, ctx: RequestContext): Record<string, string> {
  return {
    ...fileHeaders(download, ctx),
    // Shared caches must not keep a disk, and proxies must not recompress it.
    "cache-control": "private, no-store, no-transform",
    "x-kluis-content-digest": download.rootDigest,
  };
}

function fileHeaders(
  file: { readonly contentType: string; readonly fileName: string },
  ctx: RequestContext,
): Record<string, string> {
  return {
    "content-type": file.contentType,
    "content-disposition": `attachment; filename="${file.fileName}"`,
    "cache-control": "private, no-store",
    "x-content-type-options": "nosniff",
    "x-request-id": ctx.requestId,
  };
}

/**
 * Reads the next piece only when the client takes it, so that a slow client holds few pieces in
 * memory.
 */
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
          // The headers have left, so only a broken connection can tell the client that the rest is
          // missing.
          if (!signal.aborted)
            ctx.api.logger.error({ err: error, requestId: ctx.requestId }, "download interrupted");
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

/** The recovery-point report of the VMs that the user may report on, as a stream. */
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
    charge(ctx);
    const wanted = { format: format ?? undefined, from: from || undefined, to: to || undefined };
    const report = await openPointReport(ctx, pointReportInput.parse(wanted), request.signal);
    return new Response(streamOf(ctx, report.stream(), request.signal), {
      status: 200,
      headers: fileHeaders(report, ctx),
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
  return errorResponse(refusedWith(ctx, known, "download"), ctx.requestId);
}
