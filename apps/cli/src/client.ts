/** The server: tRPC calls and plain requests, with errors as this program reports them. */
import { setTimeout as delay } from "node:timers/promises";
import type { AppRouter } from "@kluis/api/types";
import { createTRPCClient, httpLink, type TRPCClient, TRPCClientError } from "@trpc/client";
import { z } from "zod";
import type { Connection } from "./connection.ts";
import { apiErrorBody, ServerError, serverError as serverErrorSchema, UnreachableError } from "./failure.ts";

export type ApiClient = TRPCClient<AppRouter>;

export interface Server {
  readonly url: string;
  /**
   * Makes tRPC calls: `call((api) => api.vms.list.query())`.
   * @throws ServerError, UnreachableError
   */
  call<T>(work: (api: ApiClient) => Promise<T>): Promise<T>;
  /**
   * Makes a plain GET request to a path of the server.
   * @throws ServerError for a status of 400 and above, except those in `accept`; UnreachableError
   */
  request(path: string, options: RequestOptions): Promise<Response>;
}

export interface RequestOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** Statuses of 400 and above that the caller handles. */
  readonly accept?: readonly number[];
}

/** `audit.verify` reads the whole ledger and every anchor's copy; other calls take seconds. */
const callTimeoutMs = 300_000;
/** A restart of the portal takes seconds; after a minute it is an outage. */
const patienceMs = 60_000;
const longestPauseMs = 8_000;

/** @param say tells the user why a command waits */
export function connectServer(
  connection: Connection,
  signal: AbortSignal,
  say: (text: string) => void = () => undefined,
): Server {
  const { url, token } = connection;
  const authorization = `Bearer ${token}`;
  const api = createTRPCClient<AppRouter>({
    links: [
      httpLink({
        url: `${url}/api/trpc`,
        headers: { authorization },
        fetch: (input, init) =>
          fetch(String(input), {
            ...init,
            signal: AbortSignal.any([signal, AbortSignal.timeout(callTimeoutMs)]),
          }),
      }),
    ],
  });
  return {
    url,
    call: async (work) => {
      for (let waitedMs = 0; ; ) {
        try {
          return await work(api);
        } catch (error) {
          signal.throwIfAborted();
          const pauseMs = rateLimitMs(error);
          if (pauseMs === null || waitedMs + pauseMs > rateLimitMostMs) throw fromTrpc(error, url);
          say(`Kluis limits the number of requests. It continues in ${pauseMs / 1000} s.`);
          await delay(pauseMs, undefined, { signal });
          waitedMs += pauseMs;
        }
      }
    },
    request: async (path, options) => {
      const response = await reach(`${url}${path}`, { url, authorization, options });
      if (response.status < 400 || options.accept?.includes(response.status)) return response;
      throw await serverError(response, url);
    },
  };
}

/** The longest time that one call waits for its rate. */
const rateLimitMostMs = 5 * 60_000;

const rateLimited = z.object({
  kluis: z.object({ code: z.literal("RATE_LIMITED"), params: z.object({ seconds: z.int().min(1) }) }),
});

/** The wait that the server requests; null for other errors. A refused call did nothing, so each can be repeated. */
function rateLimitMs(error: unknown): number | null {
  if (!(error instanceof TRPCClientError)) return null;
  const known = rateLimited.safeParse(error.data);
  return known.success ? known.data.kluis.params.seconds * 1000 : null;
}

async function reach(
  address: string,
  how: { readonly url: string; readonly authorization: string; readonly options: RequestOptions },
): Promise<Response> {
  const { headers, signal } = how.options;
  try {
    return await fetch(address, {
      headers: { ...headers, authorization: how.authorization },
      signal,
      redirect: "error",
    });
  } catch (error) {
    signal.throwIfAborted();
    throw new UnreachableError(how.url, error);
  }
}

async function serverError(response: Response, url: string): Promise<Error> {
  const text = await response.text();
  try {
    return new ServerError(apiErrorBody.parse(JSON.parse(text)).error);
  } catch (cause) {
    return new UnreachableError(`${url} (status ${response.status}, but not an answer of Kluis)`, cause);
  }
}

/** Repeats a read while the server does not answer, for example during a restart; gives up after a minute. */
export async function patiently<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (let pauseMs = 500, waitedMs = 0; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof UnreachableError) || waitedMs >= patienceMs) throw error;
      await delay(pauseMs, undefined, { signal });
      waitedMs += pauseMs;
    }
  }
}

const trpcData = z.object({ kluis: serverErrorSchema });

/** Converts the error of a tRPC call to a ServerError or an UnreachableError; returns other errors unchanged. */
function fromTrpc(error: unknown, url: string): unknown {
  if (!(error instanceof TRPCClientError)) return error;
  const known = trpcData.safeParse(error.data);
  if (known.success) return new ServerError(known.data.kluis);
  // Routes in front of tRPC (a proxy, the portal's own checks) return the plain error shape.
  const plain = apiErrorBody.safeParse(error.meta?.["responseJSON"]);
  if (plain.success) return new ServerError(plain.data.error);
  return new UnreachableError(url, error);
}
