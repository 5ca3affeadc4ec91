import type { Db, SecretBox } from "@kluis/db";
import {
  type Access,
  type Actor,
  type Clock,
  can,
  KluisError,
  type Locale,
  mustBeAllowed,
  type Permission,
  type VmVisibility,
  visibleVmFilter,
} from "@kluis/domain";
import type { Logger } from "pino";
import type { LiveHub } from "./live/hub.ts";
import type { VaultReader } from "./vault-reader.ts";

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
  readonly live: LiveHub;
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

/** The VMs that the user may see. */
export function seen(ctx: SignedInContext): VmVisibility {
  return visibleVmFilter(ctx.who.access);
}

/** Whether the user holds the permission in any team or in the organization. */
export function holdsAnywhere(ctx: SignedInContext, permission: Permission): boolean {
  return can(ctx.who.access, permission, { kind: "anywhere" });
}
