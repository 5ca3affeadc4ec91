/** Names and options of the portal's cookies. Under https their names have a prefix with which browsers refuse to be given them by anyone else. */
import { createHash } from "node:crypto";
import { portalEnv } from "../env.ts";

/** Whether users reach the portal over https, also when a proxy ends it. */
export function isSecure(): boolean {
  return portalEnv().publicUrl.startsWith("https:");
}

/** The session's cookie. Its value is opaque; the server stores only its digest. `__Host-`: this host alone, https, every path. */
export function sessionCookie(): string {
  return isSecure() ? "__Host-kluis-session" : "kluis-session";
}

export interface SessionCookieOptions {
  readonly httpOnly: true;
  readonly sameSite: "lax";
  readonly secure: boolean;
  readonly path: "/";
  readonly expires?: Date;
}

/** Not readable by scripts and not sent by forms of other sites. */
export function sessionCookieOptions(expires?: Date): SessionCookieOptions {
  return {
    httpOnly: true,
    sameSite: "lax",
    secure: isSecure(),
    path: "/",
    ...(expires === undefined ? {} : { expires }),
  };
}

const pendingPrefix = "kluis-sign-in-";

/** One cookie for each sign-in in progress, so that two tabs do not take each other's. */
export function pendingCookie(state: string): string {
  const digest = createHash("sha256").update(state).digest("hex").slice(0, 16);
  return `${isSecure() ? "__Secure-" : ""}${pendingPrefix}${digest}`;
}

/** Sign-ins in progress that a browser keeps; the oldest go first. */
const pendingMost = 8;

/** The cookies of older sign-ins to remove, given those of a browser in their order. */
export function stalePending(names: readonly string[]): string[] {
  const pending = names.filter((name) => name.includes(pendingPrefix));
  return pending.slice(0, Math.max(0, pending.length - pendingMost + 1));
}

/** Sent to the sign-in routes only. */
export function pendingCookieOptions(maxAge: number) {
  return { httpOnly: true, sameSite: "lax", secure: isSecure(), path: "/auth", maxAge } as const;
}
