import { toKluisError } from "@kluis/domain";
import { NextResponse } from "next/server";
import { getEntra } from "#server/api.ts";
import { pendingCookie, pendingSeconds, safeNext } from "#server/pending-sign-in.ts";
import { signedOutUrl } from "#server/sign-in-answers.ts";
import { portalEnv } from "../../../env.ts";

/** Starts a sign-in: keeps state, nonce and verifier in a sealed cookie and sends the browser to Entra. */
export async function GET(request: Request): Promise<Response> {
  const next = safeNext(new URL(request.url).searchParams.get("next"));
  const { publicUrl } = portalEnv();
  const host = request.headers.get("host");
  // The cookie and the callback need one origin, so a request under another host name is redirected to the public URL.
  if (host !== null && host !== new URL(publicUrl).host) {
    return NextResponse.redirect(`${publicUrl}/auth/sign-in?next=${encodeURIComponent(next)}`, 303);
  }
  try {
    const { url, cookie } = await (await getEntra()).start(`${publicUrl}/auth/callback`, next);
    const response = NextResponse.redirect(url, 303);
    response.cookies.set(pendingCookie, cookie, {
      httpOnly: true,
      sameSite: "lax",
      secure: publicUrl.startsWith("https:"),
      path: "/auth",
      maxAge: pendingSeconds,
    });
    return response;
  } catch (error) {
    return NextResponse.redirect(signedOutUrl(publicUrl, toKluisError(error)), 303);
  }
}
