import { toKluisError } from "@kluis/domain";
import { cookies } from "next/headers";
import { NextResponse } from "next/server";
import { getEntra } from "#server/api.ts";
import { pendingCookie, pendingCookieOptions, stalePending } from "#server/cookies.ts";
import { pendingSeconds, safeNext } from "#server/pending-sign-in.ts";
import { hostOf } from "#server/session.ts";
import { signedOutUrl } from "#server/sign-in-answers.ts";
import { portalEnv } from "../../../env.ts";

/** Starts a sign-in: keeps state, nonce and verifier in a sealed cookie and sends the browser to Entra. */
export async function GET(request: Request): Promise<Response> {
  const query = new URL(request.url).searchParams;
  const next = safeNext(query.get("next"));
  const { publicUrl } = portalEnv();
  const host = hostOf(request.headers);
  // The cookie and the callback need one origin, so a request under another host name is redirected to the public URL. Once: behind a
  // proxy that does not pass the host, the second request has the same name, and the browser is where it belongs.
  if (host !== null && host !== new URL(publicUrl).host && query.get("at") !== "public") {
    return NextResponse.redirect(`${publicUrl}/auth/sign-in?at=public&next=${encodeURIComponent(next)}`, 303);
  }
  try {
    const { url, state, cookie } = await (await getEntra()).start(`${publicUrl}/auth/callback`, next);
    const response = NextResponse.redirect(url, 303);
    const names = (await cookies()).getAll().map(({ name }) => name);
    for (const name of stalePending(names)) response.cookies.set(name, "", pendingCookieOptions(0));
    response.cookies.set(pendingCookie(state), cookie, pendingCookieOptions(pendingSeconds));
    return response;
  } catch (error) {
    return NextResponse.redirect(signedOutUrl(publicUrl, toKluisError(error)), 303);
  }
}
