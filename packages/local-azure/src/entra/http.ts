import type { IncomingMessage, ServerResponse } from "node:http";
import { AadError } from "./aad-error.ts";

const formLimit = 64 * 1024;

/** Reads an `application/x-www-form-urlencoded` body of at most 64 KiB. */
export async function readForm(req: IncomingMessage): Promise<URLSearchParams> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of req) {
    const bytes = Buffer.isBuffer(part) ? part : Buffer.from(String(part));
    length += bytes.length;
    if (length > formLimit)
      throw new AadError(90015, "invalid_request", "Requested query string is too long.");
    parts.push(bytes);
  }
  return new URLSearchParams(Buffer.concat(parts).toString("utf8"));
}

const always = { "cache-control": "no-store", "x-content-type-options": "nosniff", pragma: "no-cache" };

export function sendJson(res: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  res.writeHead(status, { ...always, "content-type": "application/json; charset=utf-8" });
  res.end(text);
}

export interface HtmlOptions {
  readonly status?: number;
  /** Nonce of the page's one style element (and script, where it has one). */
  readonly nonce: string;
  /** Where the page's forms may lead, redirects included: Chromium applies `form-action` to them too. */
  readonly formTargets?: readonly string[];
}

export function sendHtml(res: ServerResponse, html: string, options: HtmlOptions): void {
  const targets = ["'self'", ...(options.formTargets ?? [])].join(" ");
  const policy = [
    "default-src 'none'",
    `style-src 'nonce-${options.nonce}'`,
    `script-src 'nonce-${options.nonce}'`,
    `form-action ${targets}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
  res.writeHead(options.status ?? 200, {
    ...always,
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": policy,
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
  });
  res.end(html);
}

export function sendRedirect(res: ServerResponse, location: string): void {
  res.writeHead(302, { ...always, location, "referrer-policy": "no-referrer" });
  res.end();
}
