import { errorResponse, signOut } from "@kluis/api";
import { KluisError } from "@kluis/domain";
import { cookies } from "next/headers";
import { NextResponse } from "next/server";
import { getApi, getEntra } from "#server/api.ts";
import { sessionCookie, sessionCookieOptions } from "#server/cookies.ts";
import { allowedOrigins, isAllowedOrigin } from "#server/security-headers.ts";
import { portalEnv } from "../../../env.ts";

/** Ends the session here, then the one at Entra, which redirects to the signed-out page. */
export async function POST(request: Request): Promise<Response> {
  const { publicUrl } = portalEnv();
  const allowed = isAllowedOrigin({
    method: request.method,
    origin: request.headers.get("origin"),
    secFetchSite: request.headers.get("sec-fetch-site"),
    allowed: allowedOrigins(publicUrl),
  });
  if (!allowed) {
    const refusal = new KluisError("FORBIDDEN", {
      reason: "other-site",
      message: "This request did not come from the portal.",
    });
    return errorResponse(refusal, crypto.randomUUID());
  }
  const token = (await cookies()).get(sessionCookie())?.value;
  if (token !== undefined) await signOut(await getApi(), token);
  const response = NextResponse.redirect(
    (await getEntra()).signOutUrl(`${publicUrl}/signed-out?reason=signed-out`),
    303,
  );
  response.cookies.set(sessionCookie(), "", { ...sessionCookieOptions(), maxAge: 0 });
  return response;
}
