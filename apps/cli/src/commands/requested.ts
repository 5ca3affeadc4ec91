/** What commands that need a second person share: their options, and what they print. */
import { approvalLimits } from "@kluis/domain";
import type { ApprovalAsked } from "../api-types.ts";
import { option, print, type Session } from "../command.ts";
import { type ExitCode, exitCodes } from "../failure.ts";
import { requestedText } from "../requested-text.ts";
import { text, wholeNumber } from "../values.ts";

/** The last sentence of the help of such a command. */
export const secondPerson =
  "A second person must approve it in the portal: the command prints the request, and its exit code is 6.";

export const requestOptions = {
  ticket: option(
    "reference",
    "a ticket of your organization",
    text.max(approvalLimits.ticketLength).optional(),
  ),
  expiresInHours: option(
    "hours",
    `until the request expires, at most ${approvalLimits.hoursMost}; default ${approvalLimits.hours}`,
    wholeNumber.refine((hours) => hours <= approvalLimits.hoursMost, "Use a smaller number.").optional(),
  ),
};

/** The same for a command that needs a second person only when it takes points. */
export const maybeRequestOptions = {
  reason: option("text", "why; needed when it takes recovery points", text.optional()),
  ...requestOptions,
};

/** The last sentence of its help. */
export const maybeSecondPerson =
  "Where recovery points go or are kept for a shorter time, a second person must approve it in the portal: the exit code is 6.";

/** Prints a request that was made instead of a change. */
export function printRequested(session: Session, requested: ApprovalAsked): ExitCode {
  print(session, { requested }, () => requestedText(session.connection.url, requested));
  return exitCodes.requested;
}
