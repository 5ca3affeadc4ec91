/**
 * What Next does not pass on or does not answer, done when Node has read the head of a request and before Next sees it: the
 * address of the peer, headers of every response, and methods of which no web request can be made.
 */
import { randomBytes } from "node:crypto";
import { subscribe } from "node:diagnostics_channel";
import type { IncomingMessage, ServerResponse } from "node:http";
import { plainAddress } from "#server/addresses.ts";
import { isSecure } from "#server/cookies.ts";

export const peerHeader = "x-kluis-peer";
const methods = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

/** A client cannot name its own peer: the header counts only with this value, which no client knows. */
const holder = globalThis as typeof globalThis & { kluisPeerMark?: string };
function mark(): string {
  holder.kluisPeerMark ??= randomBytes(16).toString("base64url");
  return holder.kluisPeerMark;
}

/** Looks at every request of this process from now on. */
export function watchIncoming(): void {
  subscribe("http.server.request.start", (message) => {
    prepare(message as Started);
  });
}

/** What Node publishes on this channel. */
interface Started {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

function prepare({ request, response }: Started): void {
  const peer = plainAddress(request.socket.remoteAddress ?? "");
  request.headers[peerHeader] = `${mark()} ${peer ?? ""}`;
  // A year: browsers then never send a session over plain http to this name.
  if (isSecure()) response.setHeader("strict-transport-security", "max-age=31536000");
  if (methods.has(request.method ?? "")) return;
  request.method = "GET";
  request.url = "/api/method";
}

/** The address of the peer of a request; null when it is not known. */
export function peerOf(headers: Headers): string | null {
  const [given, address = ""] = (headers.get(peerHeader) ?? "").split(" ");
  return given === mark() ? plainAddress(address) : null;
}
