import { createCaller, createContext, type RequestContext } from "@kluis/api";
import { isKluisError } from "@kluis/domain";
import { cookies, headers } from "next/headers";
import { cache } from "react";
import type { Viewer } from "#lib/viewer.ts";
import { clientOf, trustsPeer } from "#server/addresses.ts";
import { getApi } from "#server/api.ts";
import { sessionCookie } from "#server/cookies.ts";
import { peerOf } from "#server/incoming.ts";
import { portalEnv } from "../env.ts";

/** The context of a request to a route handler: the session's cookie or a bearer token identifies the user. */
export async function contextOf(request: Request): Promise<RequestContext> {
  return contextFrom((await cookies()).get(sessionCookie())?.value, request.headers);
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

/** Returns the address of the client: of the peer, or what trusted proxies say. */
export function clientAddress(source: Headers): string | null {
  return clientOf(peerOf(source), source.get("x-forwarded-for"), portalEnv().trustedProxies);
}

/** Returns the host name that the browser used, as far as it is known. */
export function hostOf(source: Headers): string | null {
  const { trustedProxies } = portalEnv();
  const forwarded = trustsPeer(peerOf(source), trustedProxies) ? source.get("x-forwarded-host") : null;
  return forwarded?.split(",")[0]?.trim() || source.get("host");
}

/** Calls of the page being rendered, for its user; null without a session. */
const getCaller = cache(async () => {
  const sessionToken = (await cookies()).get(sessionCookie())?.value;
  if (sessionToken === undefined) return null;
  return createCaller(
    await createContext(await getApi(), { sessionToken, ip: clientAddress(await headers()) }),
  );
});

/** Whether Kluis waits for its first owner. Only a signed-in user learns it. */
export async function isClaimOpen(): Promise<boolean> {
  return (await (await getCaller())?.claim.get())?.open === true;
}

/** The signed-in user of the page being rendered, or null. Read once per request. */
export const getViewer = cache(async (): Promise<Viewer | null> => {
  const caller = await getCaller();
  if (caller === null) return null;
  try {
    return await caller.me.get();
  } catch (error) {
    if (isKluisError(causeOf(error), "NOT_SIGNED_IN") || isKluisError(causeOf(error), "TOKEN_INVALID"))
      return null;
    throw error;
  }
});

function causeOf(error: unknown): unknown {
  return error instanceof Error && error.cause !== undefined ? error.cause : error;
}
