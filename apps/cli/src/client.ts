/** The server: tRPC calls and plain requests, with errors as this program reports them. */
import { setTimeout as delay } from "node:timers/promises";
import type { AppRouter } from "@kluis/api/types";
import { isChangeKind } from "@kluis/domain";
import { createTRPCClient, httpLink, type TRPCClient, TRPCClientError, type TRPCLink } from "@trpc/client";
import { z } from "zod";
import type { Connection } from "./connection.ts";
import {
  apiErrorBody,
  RequestedError,
  ServerError,
  serverError as serverErrorSchema,
  UnreachableError,
} from "./failure.ts";
import { type AskOptions, requestedText } from "./requested-text.ts";

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

export interface ServerOptions {
  /** Tells the user why a command waits. */
  readonly say?: (text: string) => void;
  /** How to request a change of configuration that needs a second person; null: it is refused. */
  readonly ask?: AskOptions | null;
}

export function connectServer(
  connection: Connection,
  signal: AbortSignal,
  { say = () => undefined, ask = null }: ServerOptions = {},
): Server {
  const { url, token } = connection;
  const authorization = `Bearer ${token}`;
  const changes = new LastChange();
  const api = createTRPCClient<AppRouter>({
    links: [
      changes.link,
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
          const wanted = needsSecondPerson(error) ? changes.last : null;
          if (wanted !== null) throw await requestInstead(api, { wanted, ask, connection });
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

interface Wanted {
  readonly path: string;
  readonly input: unknown;
}

/** Remembers the last call that changes something: when it is refused, it can be requested. */
class LastChange {
  last: Wanted | null = null;
  readonly link: TRPCLink<AppRouter> =
    () =>
    ({ op, next }) => {
      if (op.type === "mutation") this.last = { path: op.path, input: op.input };
      return next(op);
    };
}

const secondPerson = z.object({ kluis: z.object({ reason: z.literal("second-person") }) });

function needsSecondPerson(error: unknown): boolean {
  return error instanceof TRPCClientError && secondPerson.safeParse(error.data).success;
}

/** Requests a change that was refused because a second person must approve it. Returns what to throw. */
async function requestInstead(
  api: ApiClient,
  {
    wanted,
    ask,
    connection,
  }: { readonly wanted: Wanted; readonly ask: AskOptions | null; readonly connection: Connection },
): Promise<unknown> {
  const { path, input } = wanted;
  if (ask === null || !isChangeKind(path)) {
    return new ServerError({
      code: "CONFLICT",
      message: "A guardrail requires a second person for every change of configuration. Nothing was changed.",
      action:
        "Repeat the command with --ask and a reason: then it is requested. --ask-ticket and --ask-hours are optional.",
    });
  }
  try {
    const given = z.record(z.string(), z.unknown()).parse(input ?? {});
    const { requested } = await api.approvals.request.mutate({ change: path, input: given, ...ask });
    return new RequestedError(requested, requestedText(connection.url, requested));
  } catch (error) {
    return fromTrpc(error, connection.url);
  }
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
