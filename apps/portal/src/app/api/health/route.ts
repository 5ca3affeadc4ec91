import { errorResponse, publicHealth, readHealth } from "@kluis/api";
import { getApi } from "#server/api.ts";

export const dynamic = "force-dynamic";

/**
 * Returns 200 when all parts are healthy, else 503, with the same JSON shape.
 * Needs no sign-in, so it returns the names and codes of the parts only.
 */
export async function GET(): Promise<Response> {
  try {
    const health = publicHealth(await readHealth(await getApi()));
    return Response.json(health, { status: health.ok ? 200 : 503, headers: { "cache-control": "no-store" } });
  } catch (error) {
    return errorResponse(error, crypto.randomUUID());
  }
}
