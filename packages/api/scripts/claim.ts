/**
 * Prints a code with which a signed-in user becomes the first owner, for a portal that `npm start` does not run. It needs the address of
 * the database for the portal: `node packages/api/scripts/claim.ts`
 */
import { openDatabase, parseDatabaseEnv } from "@kluis/db";
import { offerClaim } from "../src/claim/offer.ts";

const { url } = parseDatabaseEnv(process.env, "portal");
const db = await openDatabase({ url, poolSize: 2 });
try {
  const offered = await offerClaim(db);
  if (offered === null) {
    process.stderr.write("Kluis has an owner who can sign in. No code was made.\n");
    process.exitCode = 1;
  } else
    process.stdout.write(
      `${offered.code}\nEnter it at /claim in the portal before ${offered.expiresAt.toISOString()}.\n`,
    );
} finally {
  await db.close();
}
