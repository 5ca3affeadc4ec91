import { signIn, signInRefused } from "@kluis/api";
import { toKluisError } from "@kluis/domain";
import { cookies } from "next/headers";
import { NextResponse } from "next/server";
import { localeCookie, localeCookieOptions } from "#lib/locale.ts";
import { getApi, getEntra } from "#server/api.ts";
import { pendingCookie, pendingCookieOptions, sessionCookie, sessionCookieOptions } from "#server/cookies.ts";
import { clientAddress } from "#server/session.ts";
import { signedOutUrl } from "#server/sign-in-answers.ts";
import { portalEnv } from "../../../env.ts";

/** Entra redirects here: verifies the response, then creates a session. */
export async function GET(request: Request): Promise<Response> {
  const { publicUrl } = portalEnv();
  const response = await answer(request, publicUrl);
  const state = new URL(request.url).searchParams.get("state");
  if (state !== null) response.cookies.set(pendingCookie(state), "", pendingCookieOptions(0));
  return response;
}

async function answer(request: Request, publicUrl: string): Promise<NextResponse> {
  const query = new URL(request.url).searchParams;
  const api = await getApi();
  try {
    const { identity, next } = await (await getEntra()).finish(
      {
        code: query.get("code"),
        state: query.get("state"),
        error: query.get("error"),
        cookie: (await cookies()).get(pendingCookie(query.get("state") ?? ""))?.value,
      },
      `${publicUrl}/auth/callback`,
    );
    const session = await signIn(api, {
      tid: identity.tenantId,
      oid: identity.objectId,
      name: identity.name,
      username: identity.username,
      groups: identity.groupIds,
      hasMoreGroups: identity.hasMoreGroups,
      ip: clientAddress(request.headers),
      replaces: (await cookies()).get(sessionCookie())?.value,
    });
    const response = NextResponse.redirect(publicUrl + next, 303);
    response.cookies.set(sessionCookie(), session.sessionToken, sessionCookieOptions(session.expiresAt));
    // The language of the account also applies in this browser.
    if (session.locale !== null) response.cookies.set(localeCookie, session.locale, localeCookieOptions);
    return response;
  } catch (error) {
    const ip = clientAddress(request.headers);
    const known = signInRefused(api, { ip, error: toKluisError(error) });
    api.logger.warn({ code: known.code, params: known.params }, "sign-in failed");
    return NextResponse.redirect(signedOutUrl(publicUrl, known), 303);
  }
}
