/** The token of a connection: requested once for all who need it, and replaced once when Azure refuses it. */
import type { PipelinePolicy, PipelineResponse } from "@azure/core-rest-pipeline";
import type { AccessToken } from "@azure/identity";
import type { TokenSource } from "./credential.ts";

/** A token is renewed this long before it ends, so that no request meets its end. */
const renewAheadMs = 5 * 60_000;
/** Limit of one request for a token. */
const requestMs = 60_000;

export class TokenBook {
  readonly #source: TokenSource;
  readonly #scope: string;
  readonly #now: () => number;
  #current: AccessToken | null = null;
  #pending: Promise<string> | null = null;

  constructor(source: TokenSource, scope: string, now: () => number = Date.now) {
    this.#source = source;
    this.#scope = scope;
    this.#now = now;
  }

  /** The token, requested when there is none or it ends soon. Concurrent callers share one request. */
  async get(): Promise<string> {
    const current = this.#current;
    if (current !== null && current.expiresOnTimestamp - this.#now() > renewAheadMs) return current.token;
    try {
      return await this.#request({ fresh: current !== null, claims: null });
    } catch (error) {
      // Entra is down, and the present token still works for some minutes.
      if (current !== null && current.expiresOnTimestamp > this.#now()) return current.token;
      throw error;
    }
  }

  /**
   * A token in place of one that Azure refused. Returns the present one when another caller has replaced it already, so that
   * many refusals at once request one token.
   */
  async replace(refused: string, claims: string | null): Promise<string> {
    const current = this.#current;
    if (current !== null && current.token !== refused) return current.token;
    return this.#request({ fresh: true, claims });
  }

  #request(wanted: { readonly fresh: boolean; readonly claims: string | null }): Promise<string> {
    this.#pending ??= this.#fetch(wanted).finally(() => {
      this.#pending = null;
    });
    return this.#pending;
  }

  async #fetch(wanted: { readonly fresh: boolean; readonly claims: string | null }): Promise<string> {
    const signal = AbortSignal.timeout(requestMs);
    this.#current = await this.#source({ ...wanted, scope: this.#scope, signal });
    return this.#current.token;
  }
}

/** The claims of a challenge for continuous access evaluation, as JSON; null when the answer has none. */
export function claimsOf(response: Pick<PipelineResponse, "headers">): string | null {
  const challenge = response.headers.get("www-authenticate") ?? "";
  if (!/\berror="insufficient_claims"/.test(challenge)) return null;
  const encoded = /\bclaims="([^"]+)"/.exec(challenge)?.[1];
  return encoded === undefined ? null : Buffer.from(encoded, "base64").toString("utf8");
}

/**
 * Signs each request. After a 401 it gets one fresh token and sends the request once more; a second 401 is Azure's answer. The
 * SDK's own policy keeps a refused token until it expires.
 */
export function tokenPolicy(tokens: TokenBook): PipelinePolicy {
  return {
    name: "kluisTokenPolicy",
    async sendRequest(request, next) {
      if (!request.url.startsWith("https://")) throw new Error("A token is sent over https only.");
      const sent = request;
      const token = await tokens.get();
      sent.headers.set("authorization", `Bearer ${token}`);
      const response = await next(sent);
      if (response.status !== 401) return response;
      sent.headers.set("authorization", `Bearer ${await tokens.replace(token, claimsOf(response))}`);
      return next(sent);
    },
  };
}
