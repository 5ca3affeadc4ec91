import { apiResponse, errorResponse } from "@kluis/api";
import { KluisError } from "@kluis/domain";
import { allowedOrigins, isAllowedOrigin } from "#server/security-headers.ts";
import { bearerOf, contextOf } from "#server/session.ts";
import { portalEnv } from "../../../../env.ts";

export const dynamic = "force-dynamic";

/** The API over HTTP, for the pages (session cookie) and for the CLI (bearer token). */
async function handle(request: Request): Promise<Response> {
  const refusal = refuseForeign(request);
  if (refusal !== null) return refusal;
  return apiResponse(request, () => contextOf(request));
}

/** Browsers attach the cookie to requests of any site, so a change by cookie must have the portal's origin. */
function refuseForeign(request: Request): Response | null {
  if (bearerOf(request.headers.get("authorization")) !== undefined) return null;
  const allowed = isAllowedOrigin({
    method: request.method,
    origin: request.headers.get("origin"),
    secFetchSite: request.headers.get("sec-fetch-site"),
    allowed: allowedOrigins(portalEnv().publicUrl),
  });
  if (allowed) return null;
  const error = new KluisError("FORBIDDEN", {
    reason: "other-site",
    message: "This request did not come from the portal.",
    action: "Use the portal's pages, or present an API token.",
  });
  return errorResponse(error, crypto.randomUUID());
}

export { handle as GET, handle as POST };
