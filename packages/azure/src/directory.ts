/** Microsoft Graph, as far as Kluis asks it: whether an account exists, the groups of a user, and the names of groups. */
import {
  createHttpHeaders,
  createPipelineRequest,
  type HttpClient,
  type PipelineResponse,
} from "@azure/core-rest-pipeline";
import { type ErrorReason, KluisError } from "@kluis/domain";
import { z } from "zod";
import { byClock, tokenSource } from "./credential.ts";
import { type DirectoryConfig, parseDirectoryEnv } from "./directory-config.ts";
import { createHttpClient } from "./http.ts";
import { retryAfterOf } from "./retry-after.ts";
import { redactSecrets } from "./sas.ts";
import { TokenBook } from "./tokens.ts";

export {
  type DirectoryConfig,
  type DirectorySettings,
  parseDirectorySettings,
} from "./directory-config.ts";

/** Limit of one request with its sign-in. A person who signs in waits for it. */
const limitMs = 8_000;
const messageLimit = 600;
/** Values of one `in` filter: more is refused by Graph. */
export const groupsPerRequest = 15;
/** Pages of one list. */
const pagesMost = 20;
/** Groups that a search returns. */
const foundMost = 25;

/** `unknown`: the identity may not see whether the account is enabled. */
export type AccountState = "enabled" | "disabled" | "deleted" | "unknown";

export interface DirectoryGroupFacts {
  readonly id: string;
  readonly name: string;
}

/** Every method throws KluisError DIRECTORY_UNUSABLE; CANCELLED when the signal aborts; CONFIG_INVALID for wrong settings. */
export interface DirectoryClient {
  /** The tenant whose users it reads. */
  tenantId(): string;
  /** Host of Microsoft Graph. */
  host(): string;
  account(objectId: string, signal: AbortSignal): Promise<AccountState>;
  /** Object ids of all groups of a user, also through other groups; null when the directory does not have the user. */
  groupsOf(objectId: string, signal: AbortSignal): Promise<readonly string[] | null>;
  /** The names of groups by id. A group that the directory does not have is absent. At most `groupsPerRequest` ids. */
  groupNames(ids: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, string>>;
  /** The first groups whose name begins with a text. */
  searchGroups(text: string, signal: AbortSignal): Promise<readonly DirectoryGroupFacts[]>;
}

const accountSchema = z.object({ accountEnabled: z.boolean().nullish() });
const groupSchema = z.object({ id: z.string(), displayName: z.string().nullish() });
const memberSchema = z.object({ value: z.array(z.string()).max(11_000) });
const pageSchema = z.object({ value: z.array(groupSchema), "@odata.nextLink": z.string().optional() });
const errorSchema = z.object({ error: z.object({ code: z.string(), message: z.string().default("") }) });

export interface DirectoryOptions {
  readonly now?: () => number;
  readonly limitMs?: number;
}

/** Sends nothing yet. Its token is requested once and replaced when it ends or is refused. */
export function createDirectoryClient(
  config: DirectoryConfig,
  options: DirectoryOptions = {},
): DirectoryClient {
  const graph = openGraph(config, options);
  return {
    tenantId: () => config.tenantId,
    host: () => new URL(config.graphUrl).hostname,
    async account(objectId, signal) {
      const path = `/v1.0/users/${encodeURIComponent(objectId)}?$select=id,accountEnabled`;
      const found = await graph.ask({ path, body: null, schema: accountSchema }, signal);
      if (found === null) return "deleted";
      const { accountEnabled } = found;
      return accountEnabled === false ? "disabled" : accountEnabled === true ? "enabled" : "unknown";
    },
    async groupsOf(objectId, signal) {
      const path = `/v1.0/users/${encodeURIComponent(objectId)}/getMemberGroups`;
      const body = { securityEnabledOnly: false };
      return (await graph.ask({ path, body, schema: memberSchema }, signal))?.value ?? null;
    },
    async groupNames(ids, signal) {
      const quoted = ids.map((id) => `'${literal(id)}'`).join(",");
      const groups = await graph.list(`id in (${quoted})`, { top: 999, most: groupsPerRequest }, signal);
      return new Map(groups.map(({ id, name }) => [id, name]));
    },
    searchGroups: (text, signal) =>
      graph.list(`startswith(displayName,'${literal(text)}')`, { top: foundMost, most: foundMost }, signal),
  };
}

/** Reads the identity of this process for each request, because its files are replaced while it runs. */
export function directoryFromEnv(
  env: Readonly<Record<string, string | undefined>>,
  options: DirectoryOptions = {},
): DirectoryClient {
  let last: { readonly fingerprint: string; readonly client: DirectoryClient } | null = null;
  const current = (): DirectoryClient => {
    const config = parseDirectoryEnv(env);
    const fingerprint = JSON.stringify({ ...config, rewrite: [...config.rewrite] });
    if (last?.fingerprint !== fingerprint)
      last = { fingerprint, client: createDirectoryClient(config, options) };
    return last.client;
  };
  return {
    tenantId: () => current().tenantId(),
    host: () => current().host(),
    account: async (...given) => current().account(...given),
    groupsOf: async (...given) => current().groupsOf(...given),
    groupNames: async (...given) => current().groupNames(...given),
    searchGroups: async (...given) => current().searchGroups(...given),
  };
}

/** A text inside quotes of an OData filter. */
function literal(text: string): string {
  return text.replaceAll("'", "''");
}

interface Question<T> {
  readonly path: string;
  /** Null: GET. */
  readonly body: object | null;
  readonly schema: z.ZodType<T>;
}

interface Graph {
  /** Null: Graph knows the request, and does not have the object. */
  ask<T>(question: Question<T>, signal: AbortSignal): Promise<T | null>;
  list(
    filter: string,
    limits: { readonly top: number; readonly most: number },
    signal: AbortSignal,
  ): Promise<readonly DirectoryGroupFacts[]>;
}

function openGraph(config: DirectoryConfig, options: DirectoryOptions): Graph {
  const { graphUrl } = config;
  const now = options.now ?? Date.now;
  const httpClient = createHttpClient(config.rewrite);
  const tokens = new TokenBook(byClock(tokenSource(config, httpClient), now), `${graphUrl}/.default`, now);
  const parts = { httpClient, tokens, graphUrl, limitMs: options.limitMs ?? limitMs };
  return {
    ask: (question, signal) => asked(parts, question, signal),
    async list(filter, { top, most }, signal) {
      const query = new URLSearchParams({ $filter: filter, $select: "id,displayName", $top: String(top) });
      const found: DirectoryGroupFacts[] = [];
      let next: string | undefined = `${graphUrl}/v1.0/groups?${query.toString()}`;
      for (let page = 0; next !== undefined && found.length < most; page++) {
        // A token must not leave for another host, and a list that never ends is not one.
        if (page === pagesMost || !next.startsWith(`${graphUrl}/`)) throw strangeLink(graphUrl);
        const path = next.slice(graphUrl.length);
        const read: z.infer<typeof pageSchema> | null = await asked(
          parts,
          { path, body: null, schema: pageSchema },
          signal,
        );
        for (const { id, displayName } of read?.value ?? []) found.push({ id, name: displayName || id });
        next = read?.["@odata.nextLink"];
      }
      return found.slice(0, most);
    },
  };
}

interface Parts {
  readonly httpClient: HttpClient;
  readonly tokens: TokenBook;
  readonly graphUrl: string;
  readonly limitMs: number;
}

/** One request, without retries: what asks tries again later. @returns null for an object that does not exist */
async function asked<T>(parts: Parts, question: Question<T>, signal: AbortSignal): Promise<T | null> {
  const abortSignal = AbortSignal.any([signal, AbortSignal.timeout(parts.limitMs)]);
  try {
    const response = await withFreshToken(parts, question, abortSignal);
    if (response.status === 200) return question.schema.parse(JSON.parse(response.bodyAsText ?? "null"));
    const { code, message } = saidIn(response.bodyAsText);
    if (response.status === 404 && code === "Request_ResourceNotFound") return null;
    throw refused(parts.graphUrl, { response, code, message });
  } catch (error) {
    if (signal.aborted) throw new KluisError("CANCELLED", { message: "Canceled: ask the directory." });
    if (error instanceof KluisError) throw error;
    throw unanswered(parts.graphUrl, error);
  }
}

/** A token has the permissions of when it was issued: after a refusal a new one is tried, once. */
async function withFreshToken(
  parts: Parts,
  question: Pick<Question<unknown>, "path" | "body">,
  signal: AbortSignal,
): Promise<PipelineResponse> {
  const token = await parts.tokens.get();
  const response = await send(parts, { ...question, token }, signal);
  if (response.status !== 401 && response.status !== 403) return response;
  return send(parts, { ...question, token: await parts.tokens.replace(token, null) }, signal);
}

function send(
  { httpClient, graphUrl }: Parts,
  { path, body, token }: { readonly path: string; readonly body: object | null; readonly token: string },
  abortSignal: AbortSignal,
): Promise<PipelineResponse> {
  const headers = createHttpHeaders({ accept: "application/json", authorization: `Bearer ${token}` });
  if (body !== null) headers.set("content-type", "application/json");
  return httpClient.sendRequest(
    createPipelineRequest({
      url: graphUrl + path,
      method: body === null ? "GET" : "POST",
      headers,
      abortSignal,
      ...(body !== null && { body: JSON.stringify(body) }),
    }),
  );
}

function saidIn(text: string | null | undefined): { readonly code: string; readonly message: string } {
  try {
    const parsed = errorSchema.safeParse(JSON.parse(text ?? "null"));
    return parsed.success ? parsed.data.error : { code: "", message: "" };
  } catch (error) {
    if (error instanceof SyntaxError) return { code: "", message: "" };
    throw error;
  }
}

interface Refused {
  readonly response: PipelineResponse;
  readonly code: string;
  readonly message: string;
}

function refused(graphUrl: string, { response, code, message }: Refused): KluisError {
  const { status, headers } = response;
  const waitMs = retryAfterOf(headers, Date.now());
  return unusable(reasonOf(status, code), {
    graphUrl,
    azureMessage: message || `Status ${status}.`,
    azureCode: code,
    status,
    waitMs,
  });
}

function reasonOf(status: number, code: string): ErrorReason<"DIRECTORY_UNUSABLE"> {
  if (status === 401) return "sign-in";
  if (status === 403) return "forbidden";
  if (status === 429) return "throttled";
  if (status === 408 || status >= 500) return "no-answer";
  return code === "Directory_ResultSizeLimitExceeded" ? "too-many-groups" : "refused";
}

function unanswered(graphUrl: string, error: unknown): KluisError {
  const azureMessage = error instanceof Error ? error.message : String(error);
  // The library of the sign-in wraps a lost network in its own error.
  const isNetwork = /network_error|endpoints_resolution|ECONN|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|aborted/i.test(
    azureMessage,
  );
  const isSignIn =
    error instanceof Error && /Authentication|Credential|Identity|ServerError/.test(error.name);
  return unusable(isSignIn && !isNetwork ? "sign-in" : "no-answer", { graphUrl, azureMessage });
}

function strangeLink(graphUrl: string): KluisError {
  return unusable("refused", { graphUrl, azureMessage: "The next page is at another address." });
}

const actions: Readonly<Partial<Record<ErrorReason<"DIRECTORY_UNUSABLE">, string>>> = {
  forbidden:
    "Grant the identity the application permissions GroupMember.Read.All and User.Read.All of Microsoft Graph, with admin consent.",
  "sign-in": "Check the identity of this process, its secret and its tenant.",
  "too-many-groups": "Remove the user from groups: Microsoft Graph names at most 11,000.",
};

function unusable(
  reason: ErrorReason<"DIRECTORY_UNUSABLE">,
  facts: {
    readonly graphUrl: string;
    readonly azureMessage: string;
    readonly azureCode?: string;
    readonly status?: number;
    readonly waitMs?: number | null;
  },
): KluisError {
  const { azureCode, status, waitMs = null } = facts;
  const host = new URL(facts.graphUrl).hostname;
  const azureMessage = redactSecrets(facts.azureMessage)
    .replaceAll(/\s+/g, " ")
    .trim()
    .slice(0, messageLimit);
  const isThrottled = reason === "throttled";
  return new KluisError("DIRECTORY_UNUSABLE", {
    reason,
    message: `${host} does not answer Kluis (${azureCode || reason}): ${azureMessage}`,
    action:
      actions[reason] ??
      "Kluis tries again. Check the network of this process and the state of Microsoft Graph.",
    params: { host, azureMessage, azureCode: azureCode ?? null, status: status ?? null },
    ...(isThrottled && { retry: "after" as const }),
    ...(waitMs !== null && { retryAfterMs: waitMs }),
  });
}
