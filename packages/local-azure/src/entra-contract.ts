import type { IncomingMessage, ServerResponse } from "node:http";
import type { Clock } from "./clock.ts";
import type { StateStore } from "./state/store.ts";

/** What an access token says, after its signature, audience, tenant and time were checked. */
export interface AccessClaims {
  tid: string;
  /** Object id of the principal: what role assignments name. */
  oid: string;
  appid?: string;
  roles?: string[];
}

export interface EntraDeps {
  store: StateStore;
  /** `http://127.0.0.1:PORT`, known once the server listens. */
  baseUrl: () => string;
  clock: Clock;
}

/** The Entra part as the server sees it. */
export interface Entra {
  /** Answers a request of its own paths; false when the path isn't Entra's. */
  handle(req: IncomingMessage, res: ServerResponse, url: URL): Promise<boolean>;
  /** @throws when the token isn't valid for the audience */
  verifyAccessToken(token: string, audience: string): Promise<AccessClaims>;
}
