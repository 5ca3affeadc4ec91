import { errorResponse, type RequestContext } from "@kluis/api";
import { contextOf } from "#server/session.ts";

/** Runs a download with the request's context. An error before the first byte becomes a JSON response with its status. */
export async function answerWith(
  request: Request,
  answer: (context: RequestContext) => Promise<Response>,
): Promise<Response> {
  try {
    return await answer(await contextOf(request));
  } catch (error) {
    return errorResponse(error, crypto.randomUUID());
  }
}
