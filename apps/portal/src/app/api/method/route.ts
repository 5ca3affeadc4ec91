export const dynamic = "force-dynamic";

/** The answer to methods such as TRACE, which the server leads here. */
export function GET(): Response {
  return new Response(null, {
    status: 405,
    headers: { allow: "GET, HEAD, POST", "cache-control": "no-store" },
  });
}
