import { type NextRequest, NextResponse } from "next/server";
import { contentSecurityPolicy } from "#server/security-headers.ts";

/**
 * Gives every page a fresh nonce and the policy that names it. Next reads the policy from the request's headers and
 * puts the nonce on its own scripts.
 */
export function proxy(request: NextRequest): NextResponse {
  const nonce = Buffer.from(crypto.randomUUID()).toString("base64");
  const policy = contentSecurityPolicy({
    nonce,
    development: process.env.NODE_ENV === "development",
    signOutOrigin: originOf(
      process.env.KLUIS_ENTRA_END_SESSION_ENDPOINT ?? process.env.KLUIS_ENTRA_AUTHORITY,
    ),
  });
  const headers = new Headers(request.headers);
  headers.set("x-nonce", nonce);
  headers.set("content-security-policy", policy);
  headers.set("x-kluis-path", request.nextUrl.pathname + request.nextUrl.search);
  const response = NextResponse.next({ request: { headers } });
  response.headers.set("content-security-policy", policy);
  return response;
}

function originOf(address: string | undefined): string {
  return address !== undefined && URL.canParse(address)
    ? new URL(address).origin
    : "https://login.microsoftonline.com";
}

export const config = {
  matcher: [{ source: "/((?!api/|_next/static|_next/image|icon.svg).*)" }],
};
