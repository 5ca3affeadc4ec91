import type { Db } from "@kluis/db";
import type { Actor, Clock, KluisError, Permission } from "@kluis/domain";
import type { Logger } from "pino";

export interface Api {
  readonly db: Db;
  readonly clock: Clock;
  readonly logger: Logger;
  close(): Promise<void>;
}
export interface Who {
  readonly actor: Actor;
  readonly access: { anywhere(p: Permission): boolean };
}
export interface RequestContext {
  readonly api: Api;
  readonly requestId: string;
  readonly ip: string | null;
  readonly who: Who | null;
  /** Why a presented session or token was refused. */
  readonly refusal: KluisError | null;
}
export interface SignedInContext extends RequestContext {
  readonly who: Who;
}
