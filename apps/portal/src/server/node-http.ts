import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

/** Converts Node's request to a web `Request` without a body. Its signal aborts when the client disconnects. */
export function webRequestOf(incoming: IncomingMessage, outgoing: ServerResponse): Request {
  const gone = new AbortController();
  outgoing.once("close", () => gone.abort());
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(", ") : value);
  }
  const url = new URL(incoming.url ?? "/", "http://localhost");
  return new Request(url, { method: incoming.method ?? "GET", headers, signal: gone.signal });
}

/**
 * Sends a web `Response` through Node with unchanged headers and backpressure. If the body fails, the connection is
 * closed, so that the client sees a broken download instead of a truncated file.
 */
export async function sendWebResponse(answer: Response, outgoing: ServerResponse): Promise<void> {
  outgoing.statusCode = answer.status;
  for (const [name, value] of answer.headers) outgoing.setHeader(name, value);
  if (answer.body === null) {
    outgoing.end();
    return;
  }
  try {
    await pipeline(Readable.fromWeb(answer.body as Parameters<typeof Readable.fromWeb>[0]), outgoing);
  } catch (error) {
    if (!outgoing.destroyed) outgoing.destroy(error instanceof Error ? error : undefined);
  }
}
