/** Plain requests to a local Azure with `plainEntra`, and what their answers say. */
import { z } from "zod";

const errorSchema = z.looseObject({
  code: z.string(),
  message: z.string(),
  target: z.string().optional(),
  additionalInfo: z.array(z.looseObject({ type: z.string() })).optional(),
});

export interface RawAnswer {
  status: number;
  headers: Headers;
  body: unknown;
  /** Code of the error; empty without one. */
  code: string;
  message: string;
}

export interface RawRequest {
  method?: string;
  token?: string;
  body?: unknown;
  /** Sent as it is, in place of `body`. */
  text?: string;
  contentType?: string;
}

/** Sends a request to ARM. `token`: `TENANT/PRINCIPAL`. */
export async function rawRequest(url: string, path: string, request: RawRequest): Promise<RawAnswer> {
  const { method = "GET", token, body, text, contentType = "application/json" } = request;
  const payload = text ?? (body === undefined ? undefined : JSON.stringify(body));
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(payload === undefined ? {} : { "content-type": contentType }),
    },
    ...(payload === undefined ? {} : { body: payload }),
  });
  const received = await response.text();
  const parsed: unknown = received === "" ? undefined : JSON.parse(received);
  const error = z.object({ error: errorSchema }).safeParse(parsed).data?.error;
  return {
    status: response.status,
    headers: response.headers,
    body: parsed,
    code: error?.code ?? "",
    message: error?.message ?? "",
  };
}
