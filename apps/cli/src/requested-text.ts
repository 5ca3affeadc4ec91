/** Requests for a second person: what a command line says about one, and what it prints. */
import type { ApprovalAsked } from "./api-types.ts";
import { countOf, timeOf } from "./format.ts";

/** What a request says, where a change of configuration needs a second person. */
export interface AskOptions {
  readonly reason: string;
  readonly ticket?: string;
  readonly expiresInHours?: number;
}

/** How to follow the request, and a warning when no user can approve it. */
export function requestedText(url: string, requested: ApprovalAsked): string {
  const { id, expiresAt, existed, deciders } = requested;
  const { count, hasMore } = deciders;
  const who =
    count === 0
      ? "No user who has signed in could approve it: give another person the permission approval:decide on everything that it affects."
      : `${countOf(count, "user")}${hasMore ? " or more" : ""} could approve it.`;
  return [
    existed ? `The same was requested before and still waits: ${id}` : `Requested: ${id}`,
    `It waits for a second person until ${timeOf(expiresAt)}. ${who}`,
    `To approve it: ${url}/approvals/${id}`,
    `To follow it:  kluis approvals show ${id} --wait`,
  ].join("\n");
}
