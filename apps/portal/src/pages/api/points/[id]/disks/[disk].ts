import { diskDownloadResponse, errorResponse } from "@kluis/api";
import type { NextApiRequest, NextApiResponse, PageConfig } from "next";
import { sessionCookie } from "#server/cookies.ts";
import { sendWebResponse, webRequestOf } from "#server/node-http.ts";
import { contextFrom } from "#server/session.ts";

/** Next warns about handlers that stream instead of calling `send`; this one streams on purpose. */
export const config = {
  api: { bodyParser: false, externalResolver: true, responseLimit: false },
} satisfies PageConfig;

/**
 * Streams a disk of a recovery point as raw, fixed VHD or qcow2; Range makes a broken download resume.
 * Uses the pages router, because the app router removes `content-length`. Without it a client can neither show progress
 * nor detect a truncated file.
 */
export default async function handle(request: NextApiRequest, response: NextApiResponse): Promise<void> {
  await sendWebResponse(await answerOf(request, response), response);
}

async function answerOf(request: NextApiRequest, response: NextApiResponse): Promise<Response> {
  // Checked first: a web request with the method TRACE cannot be made.
  if (request.method !== "GET" && request.method !== "HEAD")
    return new Response(null, { status: 405, headers: { allow: "GET, HEAD" } });
  try {
    const web = webRequestOf(request, response);
    const context = await contextFrom(request.cookies[sessionCookie()], web.headers);
    const { id, disk, format, holes } = request.query;
    return await diskDownloadResponse(
      context,
      {
        point: textOf(id),
        disk: textOf(disk),
        format: format === undefined ? null : textOf(format),
        holes: holes === undefined ? null : textOf(holes),
      },
      web,
    );
  } catch (error) {
    return errorResponse(error, crypto.randomUUID());
  }
}

function textOf(value: string | string[] | undefined): string {
  return Array.isArray(value) ? value.join(",") : (value ?? "");
}
