/** The options and the interface of the local Entra, and the state that its endpoints share. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { DirectoryChanges } from "./changes.ts";
import type { SecretName, Tenant } from "./directory.ts";
import type { Sealer } from "./seal.ts";
import type { AccessClaims, TokenFactory } from "./tokens.ts";

export interface EntraDeps {
  /** The folder that holds the secrets. */
  readonly store: { readonly dataDir: string };
  /** Loopback base URL of the running server, without a trailing slash. */
  readonly baseUrl: () => string;
  /** Milliseconds since 1970. */
  readonly clock: { now(): number };
  /** Host names besides the loopback address under which clients reach the directory. */
  readonly publicHosts?: readonly string[];
  /** Redirect URIs of the portal; default: `/auth/callback` on this machine, any port. */
  readonly redirectUris?: readonly string[];
  /** What changed in the directory since the start; default: nothing. */
  readonly changes?: () => DirectoryChanges;
}

export interface Entra {
  /** Answers a request. Returns false, with nothing written, when no endpoint has the path. */
  handle(req: IncomingMessage, res: ServerResponse, url: URL): Promise<boolean>;
  /** Returns the claims of a valid token for `audience`. @throws TokenRefused */
  verifyAccessToken(token: string, audience: string): Promise<AccessClaims>;
  /** Client secrets of the app registrations, made at the first start. */
  secrets(): Readonly<Record<SecretName, string>>;
}

export interface EntraContext {
  readonly tokens: TokenFactory;
  readonly sealer: Sealer;
  readonly now: () => number;
  readonly secrets: Readonly<Record<SecretName, string>>;
  readonly redirectUris: readonly string[];
  /** Redeemed codes that have not expired: `jti` → expiry in milliseconds since 1970. */
  readonly redeemed: Map<string, number>;
  /** The tenant as it is now, by id or domain. */
  readonly tenantOf: (idOrDomain: string) => Tenant | undefined;
  /** Base of the links in an answer: the name by which the client reached this server. */
  readonly publicBase: (req: IncomingMessage) => string;
}
