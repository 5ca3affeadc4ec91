import { isIP } from "node:net";
import { createCaller, createContext, type RequestContext } from "@kluis/api";
import { isKluisError } from "@kluis/domain";
import { cookies, headers } from "next/headers";
import { cache } from "react";
import type { Viewer } from "#lib/viewer.ts";
import { getApi } from "#server/api.ts";
import { portalEnv } from "../env.ts";

/** The session's cookie. Its value is opaque; the server stores only its digest. */
export const sessionCookie = "kluis-session";

export interface SessionCookieOptions {
  readonly httpOnly: true;
  readonly sameSite: "lax";
  readonly secure: boolean;
  readonly path: "/";
  readonly expires?: Date;
}

/** Not readable by scripts and not sent by forms of other sites. `Secure` only when the public URL is https. */
export function sessionCookieOptions(expires?: Date): SessionCookieOptions {
  return {
    httpOnly: true,
    sameSite: "lax",
    secure: portalEnv().publicUrl.startsWith("https:"),
    path: "/",
    ...(expires === undefined ? {} : { expires }),
  };
}

/** The context of a request to a route handler: the session's cookie or a bearer token identifies the user. */
export async function contextOf(request: Request): Promise<RequestContext> {
  return contextFrom((await cookies()).get(sessionCookie)?.value, request.headers);
}

/** The same, for a handler that already read the cookie. */
export async function contextFrom(
  sessionToken: string | undefined,
  source: Headers,
): Promise<RequestContext> {
  const bearerToken = bearerOf(source.get("authorization"));
  return createContext(await getApi(), {
    ...(bearerToken === undefined ? {} : { bearerToken }),
    // A bearer token wins: the cookie of the same request is ignored, so rights never mix.
    ...(bearerToken !== undefined || sessionToken === undefined ? {} : { sessionToken }),
    ip: clientAddress(source),
  });
}

/** `Bearer abc` → `abc` (RFC 6750, section 2.1). */
export function bearerOf(header: string | null): string | undefined {
  const match = /^Bearer ([A-Za-z0-9._~+/=-]+)$/iu.exec(header?.trim() ?? "");
  return match?.[1];
}

/** Returns the first hop that a proxy names if it is an address. For the ledger only: any client can write it, and no decision uses it. */
export function clientAddress(source: Headers): string | null {
  const first = source.get("x-forwarded-for")?.split(",")[0]?.trim() ?? "";
  return isIP(first) === 0 ? null : first;
}

/** The signed-in user of the page being rendered, or null. Read once per request. */
export const getViewer = cache(async (): Promise<Viewer | null> => {
  const sessionToken = (await cookies()).get(sessionCookie)?.value;
  if (sessionToken === undefined) return null;
  const context = await createContext(await getApi(), { sessionToken, ip: clientAddress(await headers()) });
  try {
    return await createCaller(context).me.get();
  } catch (error) {
    if (isKluisError(causeOf(error), "NOT_SIGNED_IN") || isKluisError(causeOf(error), "TOKEN_INVALID"))
      return null;
    throw error;
  }
});

function causeOf(error: unknown): unknown {
  return error instanceof Error && error.cause !== undefined ? error.cause : error;
}
