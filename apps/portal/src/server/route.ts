import { errorResponse, type RequestContext } from "@kluis/api";
import { contextOf } from "#server/session.ts";

/** Runs a download with the request's context; what fails before it starts answers as JSON with the right status. */
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
