import { type Clock, type Permission, permissions, type TokenKind, tokenKinds } from "@kluis/domain";
import { z } from "zod";
import { newId } from "../ids.ts";
import { fromJson } from "../json.ts";
import type { Tx } from "../tx.ts";

const tokenRow = z.object({
  id: z.string(),
  name: z.string(),
  personId: z.string(),
  kind: z.enum(tokenKinds),
  /** The only team that it reaches; null: every team of its owner. */
  teamId: z.string().nullable(),
  /** Empty: none. */
  permissions: z.array(z.enum(permissions)),
  /** Days without a use after which it ends. */
  idleDays: z.int(),
  createdAt: z.date(),
  expiresAt: z.date().nullable(),
  lastUsedAt: z.date().nullable(),
  revokedAt: z.date().nullable(),
});
export type TokenRow = z.infer<typeof tokenRow>;

const fields = {
  id: true,
  name: true,
  personId: true,
  kind: true,
  teamId: true,
  permissions: true,
  idleDays: true,
  createdAt: true,
  expiresAt: true,
  lastUsedAt: true,
  revokedAt: true,
} as const satisfies Record<keyof TokenRow, true>;

function toRow(row: object): TokenRow {
  return fromJson(tokenRow, row, "ApiToken");
}

/** @param token.tokenHash SHA-256 of the token; the token itself is never stored */
export async function createToken(
  tx: Tx,
  token: {
    readonly name: string;
    readonly personId: string;
    readonly tokenHash: Uint8Array;
    readonly kind?: TokenKind;
    readonly teamId?: string | null;
    readonly permissions: readonly Permission[];
    readonly idleDays?: number;
    readonly expiresAt: Date | null;
  },
  clock: Clock,
): Promise<TokenRow> {
  const row = await tx.apiToken.create({
    data: {
      ...token,
      id: newId(clock),
      tokenHash: Uint8Array.from(token.tokenHash),
      permissions: [...token.permissions],
    },
    select: fields,
  });
  return toRow(row);
}

/** Returns the token with this hash in any state; the caller judges expiry and revocation. */
export async function findToken(tx: Tx, tokenHash: Uint8Array): Promise<TokenRow | null> {
  const row = await tx.apiToken.findUnique({
    where: { tokenHash: Uint8Array.from(tokenHash) },
    select: fields,
  });
  return row && toRow(row);
}

/** Returns the token with this id in any state. */
export async function getToken(tx: Tx, id: string): Promise<TokenRow | null> {
  const row = await tx.apiToken.findUnique({ where: { id }, select: fields });
  return row && toRow(row);
}

export async function listTokens(tx: Tx, personId: string): Promise<TokenRow[]> {
  const rows = await tx.apiToken.findMany({
    where: { personId },
    orderBy: { createdAt: "desc" },
    select: fields,
  });
  return rows.map(toRow);
}

/** Stores the last use, at most once a minute, so that a busy token does not write on every request. */
export async function touchToken(tx: Tx, id: string, now: Date): Promise<void> {
  const before = new Date(now.getTime() - 60_000);
  await tx.apiToken.updateMany({
    where: { id, OR: [{ lastUsedAt: null }, { lastUsedAt: { lt: before } }] },
    data: { lastUsedAt: now },
  });
}

/** Revokes a user's token; returns null when they have no such token, or it is already revoked. */
export async function revokeToken(
  tx: Tx,
  token: { readonly id: string; readonly personId: string },
  now: Date,
): Promise<TokenRow | null> {
  const changed = await tx.apiToken.updateMany({
    where: { ...token, revokedAt: null },
    data: { revokedAt: now },
  });
  if (changed.count === 0) return null;
  return toRow(await tx.apiToken.findUniqueOrThrow({ where: { id: token.id }, select: fields }));
}
