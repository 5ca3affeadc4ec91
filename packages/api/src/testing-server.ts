/** The API over HTTP on a loopback port, with the routes of the portal, for tests of clients. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Api, RequestContext } from "./context.ts";
import { apiResponse } from "./http.ts";
import { createContext } from "./identity/identity.ts";
import { diskDownloadResponse, errorResponse, pointReportResponse } from "./responses.ts";

export interface ApiServer extends AsyncDisposable {
  readonly url: string;
  /** Breaks the connection after `bytes` of a body, for the next `times` downloads. */
  breakAfter(bytes: number, times: number): void;
}

export async function startApiServer(api: Api): Promise<ApiServer> {
  let breaks = { bytes: 0, left: 0 };
  const server = createServer((incoming, outgoing) => {
    answer(api, incoming, goneSignal(outgoing))
      .then((response) => {
        const limit =
          incoming.url?.startsWith("/api/points/") === true && breaks.left > 0 ? breaks.bytes : null;
        if (limit !== null) breaks = { ...breaks, left: breaks.left - 1 };
        return send(response, outgoing, limit);
      })
      .catch(() => outgoing.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    breakAfter: (bytes, times) => {
      breaks = { bytes, left: times };
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Aborts when the client disconnects before the response is complete. */
function goneSignal(outgoing: ServerResponse): AbortSignal {
  const gone = new AbortController();
  outgoing.once("close", () => gone.abort());
  return gone.signal;
}

async function answer(api: Api, incoming: IncomingMessage, gone: AbortSignal): Promise<Response> {
  const url = new URL(incoming.url ?? "/", "http://127.0.0.1");
  const request = await webRequest(incoming, url, gone);
  const bearerToken = /^Bearer (.+)$/.exec(request.headers.get("authorization") ?? "")?.[1];
  const ctx: RequestContext = await createContext(api, { bearerToken, ip: "127.0.0.1" });
  if (url.pathname.startsWith("/api/trpc/")) {
    return apiResponse(request, async () => ctx);
  }
  const disk = /^\/api\/points\/([^/]+)\/disks\/([^/]+)$/.exec(url.pathname);
  const query = (name: string): string | null => url.searchParams.get(name);
  if (disk !== null) {
    const [, point = "", key = ""] = disk;
    return diskDownloadResponse(
      ctx,
      { point, disk: key, format: query("format"), holes: query("holes") },
      request,
    );
  }
  if (url.pathname === "/api/reports/points") {
    return pointReportResponse(
      ctx,
      { format: query("format"), from: query("from"), to: query("to") },
      request,
    );
  }
  return errorResponse(new Error("no such route"), ctx.requestId);
}

async function webRequest(incoming: IncomingMessage, url: URL, signal: AbortSignal): Promise<Request> {
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(", ") : value);
  }
  const method = incoming.method ?? "GET";
  if (method === "GET" || method === "HEAD") return new Request(url, { method, headers, signal });
  const pieces: Buffer[] = [];
  for await (const piece of incoming) pieces.push(Buffer.from(piece as Uint8Array));
  return new Request(url, { method, headers, body: Buffer.concat(pieces), signal });
}

async function send(response: Response, outgoing: ServerResponse, limit: number | null): Promise<void> {
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  if (response.body === null) {
    outgoing.end();
    return;
  }
  const body = Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0]);
  await pipeline(limit === null ? body : cut(body, limit), outgoing);
}

/** Passes `limit` bytes, then fails like a broken connection. */
async function* cut(body: AsyncIterable<Uint8Array>, limit: number): AsyncGenerator<Uint8Array> {
  let sent = 0;
  for await (const piece of body) {
    const part = piece.subarray(0, limit - sent);
    sent += part.length;
    yield part;
    if (sent >= limit) throw new Error("The test breaks the connection.");
  }
}
