/** tRPC over HTTP, with the limits of a request. The portal serves it, and tests of clients do. */
import { KluisError, limits } from "@kluis/domain";
import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import type { RequestContext } from "./context.ts";
import { errorResponse } from "./responses.ts";
import { appRouter } from "./root.ts";

/** Answers a request to `/api/trpc/…`. Never throws. */
export async function apiResponse(
  request: Request,
  createContext: () => Promise<RequestContext>,
): Promise<Response> {
  try {
    return await fetchRequestHandler({
      endpoint: "/api/trpc",
      req: await limitBody(request),
      router: appRouter,
      createContext,
      allowMethodOverride: false,
      maxBatchSize: limits.requestBatchMost,
      // Answers are for one user at one moment: no cache keeps them.
      responseMeta: () => ({ headers: { "cache-control": "no-store" } }),
    });
  } catch (error) {
    return errorResponse(error, crypto.randomUUID());
  }
}

/** Reads the body up to the limit, so that a larger one ends here, also when it does not say its length. */
async function limitBody(request: Request): Promise<Request> {
  const body: ReadableStream<Uint8Array> | null = request.body;
  if (body === null) return request;
  if (Number(request.headers.get("content-length") ?? 0) > limits.requestBodyBytes) throw tooLarge();
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of body) {
    size += piece.byteLength;
    if (size > limits.requestBodyBytes) throw tooLarge();
    pieces.push(piece);
  }
  const { url, method, headers, signal } = request;
  return new Request(url, { method, headers, signal, body: Buffer.concat(pieces) });
}

function tooLarge(): KluisError {
  return new KluisError("INPUT_INVALID", {
    reason: "request",
    message: `The request is larger than ${limits.requestBodyBytes / 1024 ** 2} MiB.`,
  });
}
