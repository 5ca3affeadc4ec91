/** Requests and answers of the local Entra: forms, JSON, pages, redirects. */
import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { BodyTooLarge, readBody } from "../http/body.ts";
import { AadError } from "./aad-error.ts";

const FORM_LIMIT_BYTES = 64 * 1024;

/** Reads an `application/x-www-form-urlencoded` body. @throws AadError 90015 above 64 KiB */
export async function readForm(req: IncomingMessage): Promise<URLSearchParams> {
  try {
    return new URLSearchParams((await readBody(req, FORM_LIMIT_BYTES)).toString("utf8"));
  } catch (error) {
    if (!(error instanceof BodyTooLarge)) throw error;
    throw new AadError(90015, "invalid_request", "Requested query string is too long.");
  }
}

const commonHeaders = {
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  pragma: "no-cache",
};

export function sendJson(res: ServerResponse, status: number, body: unknown): void {
  res.writeHead(status, { ...commonHeaders, "content-type": "application/json; charset=utf-8" });
  res.end(JSON.stringify(body));
}

interface PageOptions {
  readonly status?: number;
  /** Origins that forms may lead to. Chromium applies `form-action` to redirects as well. */
  readonly formTargets?: readonly string[];
}

/** Sends an HTML page. `render` gets the nonce of its style and script elements. */
export function sendPage(
  res: ServerResponse,
  render: (nonce: string) => string,
  { status = 200, formTargets = [] }: PageOptions = {},
): void {
  const nonce = randomBytes(16).toString("base64");
  const policy = [
    "default-src 'none'",
    `style-src 'nonce-${nonce}'`,
    `script-src 'nonce-${nonce}'`,
    `form-action ${["'self'", ...formTargets].join(" ")}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
  res.writeHead(status, {
    ...commonHeaders,
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": policy,
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
  });
  res.end(render(nonce));
}

export function sendRedirect(res: ServerResponse, location: string): void {
  res.writeHead(302, { ...commonHeaders, location, "referrer-policy": "no-referrer" });
  res.end();
}
