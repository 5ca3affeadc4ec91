import { diskDownloadResponse, errorResponse } from "@kluis/api";
import type { NextApiRequest, NextApiResponse, PageConfig } from "next";
import { sendWebResponse, webRequestOf } from "#server/node-http.ts";
import { contextFrom, sessionCookie } from "#server/session.ts";

/** Next warns when a handler streams by itself instead of through `send`; this one does so on purpose. */
export const config = {
  api: { bodyParser: false, externalResolver: true, responseLimit: false },
} satisfies PageConfig;

/**
 * Streams a disk of a recovery point as raw or fixed VHD; Range makes a broken download resume.
 * It is a handler of the pages router because the app router takes `content-length` off every answer, and a client that
 * does not know how long a file is can neither show progress nor tell a short file from a whole one.
 */
export default async function handle(request: NextApiRequest, response: NextApiResponse): Promise<void> {
  const web = webRequestOf(request, response);
  const answer = await answerOf(web, request);
  await sendWebResponse(answer, response);
}

async function answerOf(web: Request, request: NextApiRequest): Promise<Response> {
  if (web.method !== "GET" && web.method !== "HEAD")
    return new Response(null, { status: 405, headers: { allow: "GET, HEAD" } });
  try {
    const context = await contextFrom(request.cookies[sessionCookie], web.headers);
    const { id, disk, format } = request.query;
    return await diskDownloadResponse(
      context,
      { point: textOf(id), disk: textOf(disk), format: format === undefined ? "raw" : textOf(format) },
      web,
    );
  } catch (error) {
    return errorResponse(error, crypto.randomUUID());
  }
}

function textOf(value: string | string[] | undefined): string {
  return Array.isArray(value) ? value.join(",") : (value ?? "");
}
