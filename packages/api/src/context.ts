import type { DirectoryClient } from "@kluis/azure/directory";
import type { Db, SecretBox, TokenRow } from "@kluis/db";
import {
  type Access,
  type Actor,
  agentUse,
  type Clock,
  can,
  isKluisError,
  KluisError,
  type Locale,
  mustBeAllowed,
  type Permission,
  type VmVisibility,
  visibleVmFilter,
} from "@kluis/domain";
import type { Logger } from "pino";
import type { LiveHub } from "./live/hub.ts";
import { callRates, type Rates, tooFast } from "./rates.ts";
import type { Gate, Within } from "./record.ts";
import type { Refusals } from "./refusals.ts";
import type { VaultReader } from "./vault-reader.ts";

/** How a process asks the directory. */
export interface ApiDirectory {
  /** Null: groups come from the tokens of sign-ins only. */
  readonly client: DirectoryClient | null;
  /** How long groups give rights after they were read. */
  readonly groupRightsMs: number;
}

/** What a process needs to serve the API; one per process. */
export interface Api {
  readonly db: Db;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly vaults: VaultReader;
  /** Seals the secrets that users enter. */
  readonly secrets: SecretBox;
  /** Folder in which users may add vaults of kind folder; null: they may not. */
  readonly vaultFolders: string | null;
  /** A user or group of the directory that becomes owner at a sign-in while there is none; null: no one does. */
  readonly firstOwner: string | null;
  readonly directory: ApiDirectory;
  readonly live: LiveHub;
  readonly rates: Rates;
  readonly refusals: Refusals;
  /** Ends live streams, then the connections to the database. */
  close(): Promise<void>;
}

export interface PersonFacts {
  readonly id: string;
  readonly name: string;
  readonly username: string;
  /** The chosen language of the portal; null while none was chosen. */
  readonly locale: Locale | null;
}

/** The user of a request, with their rights as the database has them at this request. */
export interface Who {
  readonly actor: Extract<Actor, { kind: "person" }>;
  readonly person: PersonFacts;
  readonly access: Access;
  readonly groupIds: readonly string[];
  /** The token of the request, with its limits; null: a session. */
  readonly token: TokenRow | null;
  /** null: a token. */
  readonly sessionId: string | null;
  readonly sessionEndsAt: Date | null;
}

export interface RequestContext {
  readonly api: Api;
  readonly requestId: string;
  readonly ip: string | null;
  readonly who: Who | null;
  /** Why the session or token of the request was refused. */
  readonly refusal: KluisError | null;
  /** The same request with session, token, roles and groups as the database has them now. */
  again(): Promise<RequestContext>;
}

export interface SignedInContext extends RequestContext {
  readonly who: Who;
  /** Of a procedure that changes the configuration. */
  readonly gate?: Gate | undefined;
  /** The open transaction of an approval or a rehearsal. */
  readonly within?: Within | undefined;
}

/**
 * Returns the context of a signed-in user who holds the permission anywhere; services decide for which VM, point and policy.
 * @throws KluisError NOT_SIGNED_IN, TOKEN_INVALID, FORBIDDEN
 */
export function requireSignedIn(ctx: RequestContext, permission: Permission): SignedInContext {
  const { who } = ctx;
  if (who === null) {
    throw (
      ctx.refusal ??
      new KluisError("NOT_SIGNED_IN", {
        reason: "signed-out",
        message: "You are not signed in.",
        action: "Sign in and try again.",
      })
    );
  }
  mustBeAllowed(who.access, permission, { kind: "anywhere" });
  return { ...ctx, who };
}

/**
 * Checks that an agent may use the procedure at all, before its permissions.
 * @throws KluisError FORBIDDEN
 */
export function mustSuitAgent({ who }: RequestContext, path: string): void {
  if (who?.actor.via !== "agent" || agentUse(path) !== "never") return;
  throw new KluisError("FORBIDDEN", {
    reason: "agent",
    message: "A token of an agent reads and requests. It may not do this.",
    action: "A person does this in the portal, or with a token of kind standard.",
  });
}

/** Whether the request manages the user's own sessions and tokens: a token without the permission `self` does not. */
export function managesOwn({ who }: SignedInContext): boolean {
  const { limitedTo } = who.access;
  return limitedTo === null || limitedTo.includes("self");
}

/** @throws KluisError FORBIDDEN for a token that does not manage its owner's sessions and tokens */
export function mustManageOwn(ctx: SignedInContext): void {
  if (managesOwn(ctx)) return;
  throw new KluisError("FORBIDDEN", {
    reason: "token-limited",
    message: "A token without the permission self cannot list or end sessions and tokens.",
    action: "Sign in to the portal and use Settings.",
  });
}

/**
 * Takes a call from the rate of the user or the token; a batch takes one for each of its calls, a stream one for its start.
 * @throws KluisError RATE_LIMITED
 */
export function charge({ api, who }: RequestContext): void {
  if (who === null) return;
  const { personId, via, tokenId } = who.actor;
  const waitMs = api.rates.take(`${personId} ${tokenId ?? via}`, callRates[via]);
  if (waitMs > 0) throw tooFast(waitMs);
}

/**
 * Notes a refused right or token, so that it is an event and guessing slows down.
 * @returns the error to answer with: the given one, or RATE_LIMITED after too many
 */
export function refusedWith(ctx: RequestContext, error: KluisError, what: string): KluisError {
  if (error.code !== "FORBIDDEN" && error.code !== "TOKEN_INVALID") return error;
  const kind = error.code === "FORBIDDEN" ? "forbidden" : "token";
  try {
    ctx.api.refusals.note({ kind, actor: ctx.who?.actor ?? null, ip: ctx.ip, what });
    return error;
  } catch (tooMany) {
    return isKluisError(tooMany) ? tooMany : error;
  }
}

/** The VMs that the user may see. */
export function seen(ctx: SignedInContext): VmVisibility {
  return visibleVmFilter(ctx.who.access);
}

/** Whether the user holds the permission in any team or in the organization. */
export function holdsAnywhere(ctx: SignedInContext, permission: Permission): boolean {
  return can(ctx.who.access, permission, { kind: "anywhere" });
}
