/** Calls to the page blob behind a URL. */
import { expect } from "vitest";

const version = { "x-ms-version": "2020-10-02" };

export interface Blob {
  status: number;
  headers: Headers;
  bytes: Buffer;
  text: string;
}

export async function send(
  url: string,
  method: string,
  { headers = {}, body }: { headers?: Record<string, string>; body?: Buffer } = {},
): Promise<Blob> {
  const response = await fetch(url, {
    method,
    headers: { ...version, ...headers },
    ...(body ? { body: new Uint8Array(body) } : {}),
  });
  const bytes = Buffer.from(await response.arrayBuffer());
  return { status: response.status, headers: response.headers, bytes, text: bytes.toString("utf8") };
}

export const get = (url: string, headers: Record<string, string> = {}): Promise<Blob> =>
  send(url, "GET", { headers });
export const pages = (url: string, headers: Record<string, string> = {}): Promise<Blob> =>
  get(`${url}&comp=pagelist`, headers);

/** A storage error: status, header and XML. */
export function failed(answer: Blob, status: number, code: string): void {
  expect([answer.status, answer.headers.get("x-ms-error-code")]).toEqual([status, code]);
  expect(answer.text).toMatch(
    new RegExp(
      `^<\\?xml version="1\\.0" encoding="utf-8"\\?><Error><Code>${code}</Code><Message>[^<]+\\nRequestId:[0-9a-f-]+\\nTime:[^<]+</Message>`,
    ),
  );
}
