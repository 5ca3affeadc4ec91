/** The code for the first owner of an installation on a real Azure. */
import { type OfferedClaim, offerClaim } from "@kluis/api";
import { openDatabase } from "@kluis/db";

/**
 * Makes a code while no owner can sign in; null when one can, or when a setting names the first one.
 * @param databaseUrl for the portal
 */
export async function claimAtStart(
  databaseUrl: string,
  env: Readonly<Record<string, string>>,
): Promise<OfferedClaim | null> {
  if ((env["KLUIS_OWNER_OBJECT_ID"] ?? "") !== "") return null;
  const db = await openDatabase({ url: databaseUrl, poolSize: 2 });
  try {
    return await offerClaim(db);
  } finally {
    await db.close();
  }
}

/** The last lines of a start without demo users. */
export function readyLines(url: string, claim: OfferedClaim | null): string[] {
  const lines = ["", `  Kluis is at ${url}`];
  if (claim === null) return [...lines, ""];
  return [
    ...lines,
    "",
    "  Kluis has no owner yet. Sign in, open this page, and enter the code:",
    `    ${url}/claim`,
    `    ${claim.code}`,
    `  It makes one person owner, once, and expires at ${claim.expiresAt.toISOString()}. Another start prints another one.`,
    "",
  ];
}
