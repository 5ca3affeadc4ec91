/** Codes that make the first owner. The time of the database decides how long they live. */
import { z } from "zod";
import type { Tx } from "../tx.ts";

/** Codes that live at the same time: starts that come together print one each. The oldest go first. */
const claimsMost = 20;

const expiry = z.tuple([z.object({ expiresAt: z.date() })]);
const found = z.array(z.unknown());

/**
 * Stores a code, and forgets the expired ones. Returns when it expires.
 * @param claim.codeHash SHA-256 of the code; the code itself is never stored
 */
export async function addClaim(
  tx: Tx,
  claim: { readonly codeHash: Uint8Array; readonly lifeMs: number },
): Promise<Date> {
  await tx.$executeRaw`
    DELETE FROM "OwnerClaim" WHERE "expiresAt" <= kluis_now() OR "codeHash" IN (
      SELECT "codeHash" FROM "OwnerClaim" ORDER BY "createdAt" DESC, "codeHash" OFFSET ${claimsMost - 1})`;
  const rows = await tx.$queryRaw`
    INSERT INTO "OwnerClaim" ("codeHash", "expiresAt")
    VALUES (${Buffer.from(claim.codeHash)}, kluis_now() + ${claim.lifeMs}::float8 * interval '1 ms') RETURNING "expiresAt"`;
  return expiry.parse(rows)[0].expiresAt;
}

/** Whether any code can be used. */
export async function hasClaim(tx: Tx): Promise<boolean> {
  const rows =
    await tx.$queryRaw`SELECT 1 AS found FROM "OwnerClaim" WHERE "expiresAt" > kluis_now() LIMIT 1`;
  return found.parse(rows).length > 0;
}

/** Removes the code; returns false when there is none, or it has expired. */
export async function takeClaim(tx: Tx, codeHash: Uint8Array): Promise<boolean> {
  const taken = await tx.$executeRaw`
    DELETE FROM "OwnerClaim" WHERE "codeHash" = ${Buffer.from(codeHash)} AND "expiresAt" > kluis_now()`;
  return taken === 1;
}

/** Removes every code, and what was counted. */
export async function deleteClaims(tx: Tx): Promise<void> {
  await tx.ownerClaim.deleteMany();
  await tx.ownerClaimGuess.deleteMany();
}

const counted = z.tuple([z.object({ guesses: z.int(), leftMs: z.coerce.number() })]);

/**
 * Counts an entered code before it is compared, so that no number of requests at once has more guesses.
 * @returns the guesses of this user since the window began, and the time until it ends
 */
export async function noteClaimGuess(
  tx: Tx,
  personId: string,
  windowMs: number,
): Promise<{ readonly guesses: number; readonly leftMs: number }> {
  const rows = await tx.$queryRaw`
    INSERT INTO "OwnerClaimGuess" AS known ("personId", guesses, since) VALUES (${personId}::uuid, 1, kluis_now())
    ON CONFLICT ("personId") DO UPDATE SET
      guesses = CASE WHEN known.since + ${windowMs}::float8 * interval '1 ms' <= kluis_now() THEN 1 ELSE known.guesses + 1 END,
      since = CASE WHEN known.since + ${windowMs}::float8 * interval '1 ms' <= kluis_now() THEN kluis_now() ELSE known.since END
    RETURNING guesses,
      extract(epoch FROM since + ${windowMs}::float8 * interval '1 ms' - kluis_now())::float8 * 1000 AS "leftMs"`;
  return counted.parse(rows)[0];
}
