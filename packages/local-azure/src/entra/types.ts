import type { IncomingMessage, ServerResponse } from "node:http";
import type { SecretName } from "./directory.ts";
import type { Sealer } from "./seal.ts";
import type { AccessClaims, TokenFactory } from "./tokens.ts";

export interface EntraDeps {
  /** The part of the state store that the directory needs: the folder that its secrets live in. */
  readonly store: { readonly dataDir: string };
  /** Loopback base URL of the running server, without a trailing slash. */
  readonly baseUrl: () => string;
  /** Epoch milliseconds. */
  readonly clock: { now(): number };
  /** Host names that clients may know the directory by, beside the loopback address. */
  readonly publicHosts?: readonly string[];
  /** Redirect URIs of the portal; default: `/auth/callback` on this machine, any port. */
  readonly redirectUris?: readonly string[];
}

export interface Entra {
  /** Answers a request of the directory; false when the path is none of its own (then nothing was written). */
  handle(req: IncomingMessage, res: ServerResponse, url: URL): Promise<boolean>;
  /** Throws `TokenRefused` unless the token is good and meant for `audience`. */
  verifyAccessToken(token: string, audience: string): Promise<AccessClaims>;
  /** Client secrets of the app registrations, as made at first start. */
  secrets(): Readonly<Record<SecretName, string>>;
}

/** What every endpoint gets. */
export interface EntraContext {
  readonly tokens: TokenFactory;
  readonly sealer: Sealer;
  readonly now: () => number;
  readonly secrets: Readonly<Record<SecretName, string>>;
  readonly redirectUris: readonly string[];
  /** Codes that were redeemed and have not expired yet: `jti` → epoch milliseconds of expiry. */
  readonly redeemed: Map<string, number>;
  /** The base that links in this request's answer are built from: what the client called us by. */
  readonly publicBase: (req: IncomingMessage) => string;
}
