/** tRPC over HTTP, with the limits of a request. The portal serves it, and tests of clients do. */
import { KluisError, limits } from "@kluis/domain";
import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import type { RequestContext } from "./context.ts";
import { errorResponse, retryAfter } from "./responses.ts";
import { appRouter } from "./root.ts";

/** Answers a request to `/api/trpc/…`. Never throws. */
export async function apiResponse(
  request: Request,
  createContext: () => Promise<RequestContext>,
): Promise<Response> {
  try {
    return await fetchRequestHandler({
      endpoint: "/api/trpc",
      req: await readRequest(request),
      router: appRouter,
      createContext,
      allowMethodOverride: false,
      maxBatchSize: limits.requestBatchMost,
      // Answers are for one user at one moment: no cache keeps them.
      responseMeta: ({ errors }) => ({ headers: { "cache-control": "no-store", ...retryAfter(errors) } }),
    });
  } catch (error) {
    return errorResponse(error, crypto.randomUUID());
  }
}

/** Reads the body up to the limit, so that a larger one ends here, also when it does not say its length. */
async function readRequest(request: Request): Promise<Request> {
  const { url, method, headers, signal } = request;
  mustBeJson(new URL(url).searchParams.get("input") ?? "");
  const body: ReadableStream<Uint8Array> | null = request.body;
  if (body === null) return request;
  if (Number(headers.get("content-length") ?? 0) > limits.requestBodyBytes) throw tooLarge();
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of body) {
    size += piece.byteLength;
    if (size > limits.requestBodyBytes) throw tooLarge();
    pieces.push(piece);
  }
  const content = Buffer.concat(pieces);
  if (headers.get("content-type")?.startsWith("application/json") === true) mustBeJson(content.toString());
  return new Request(url, { method, headers, signal, body: content });
}

/** A call without input has an empty one. tRPC reads the rest late, where a syntax error looks like a fault of the server. */
function mustBeJson(text: string): void {
  if (text === "") return;
  try {
    JSON.parse(text);
  } catch (cause) {
    throw new KluisError("INPUT_INVALID", {
      reason: "request",
      message: "The input of the request is not JSON.",
      cause,
    });
  }
}

function tooLarge(): KluisError {
  return new KluisError("INPUT_INVALID", {
    reason: "request",
    message: `The request is larger than ${limits.requestBodyBytes / 1024 ** 2} MiB.`,
  });
}
