import { errorResponse, publicHealth, readHealth } from "@kluis/api";
import { getApi } from "#server/api.ts";

export const dynamic = "force-dynamic";

/**
 * 200 when database, engine, vault and Azure are healthy, else 503; the same JSON either way.
 * Open without sign-in, so it names only the parts and their codes.
 */
export async function GET(): Promise<Response> {
  try {
    const health = publicHealth(await readHealth(await getApi()));
    return Response.json(health, { status: health.ok ? 200 : 503, headers: { "cache-control": "no-store" } });
  } catch (error) {
    return errorResponse(error, crypto.randomUUID());
  }
}
