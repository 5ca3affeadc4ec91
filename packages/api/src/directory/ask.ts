/** Asks the directory for the groups of a user who signs in. */
import { KluisError } from "@kluis/domain";
import type { Api } from "../context.ts";
import { kluisErrorOf } from "../error-map.ts";

/** The client has its own, shorter limit. */
const mostMs = 15_000;

/** Returns the groups, or why they could not be read. Never throws. */
export async function askGroups(
  api: Pick<Api, "directory" | "logger">,
  { oid: objectId, hasMoreGroups = false }: { readonly oid: string; readonly hasMoreGroups?: boolean },
): Promise<readonly string[] | KluisError> {
  const { client } = api.directory;
  // A token without the claim is that of a user without groups, as far as tokens tell.
  if (client === null) return hasMoreGroups ? isOff() : [];
  try {
    const found = await client.groupsOf(objectId, AbortSignal.timeout(mostMs));
    return found ?? notThere(client.host());
  } catch (error) {
    const known = kluisErrorOf(error);
    api.logger.warn(
      { code: known.code, reason: known.reason },
      "the groups of a user were not read at the sign-in",
    );
    return known;
  }
}

function isOff(): KluisError {
  return new KluisError("DIRECTORY_UNUSABLE", {
    reason: "off",
    message: "The user has more groups than a token can name, and Kluis does not read the directory.",
    action:
      "Turn the reading of the directory on, or let the tokens name only groups that are assigned to the app.",
  });
}

/** The user has just signed in, so the directory has not distributed the account yet, or hides it. */
function notThere(host: string): KluisError {
  const azureMessage = "It does not have the user who signed in.";
  return new KluisError("DIRECTORY_UNUSABLE", {
    reason: "refused",
    message: `${host} does not answer Kluis (refused): ${azureMessage}`,
    action: "Sign in again in a few minutes.",
    params: { host, azureMessage, azureCode: null, status: 404 },
  });
}
