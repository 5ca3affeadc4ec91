/**
 * Buckets of requests that all processes share. Follows the rules of the domain in SQL, by the clock of the database, so that
 * hosts with different clocks agree. Rows are never deleted: there is one per subscription, identity and policy of Azure.
 */
import {
  type BucketKey,
  type BucketShape,
  type BudgetStore,
  type LeaseRequest,
  longestBlockMs,
} from "@kluis/domain";
import { z } from "zod";
import { Prisma } from "../../generated/client.ts";
import type { Tx } from "../tx.ts";

/**
 * The time of a change. A transaction that waited for the row has an earlier one than the row; a time far ahead of it comes from a
 * clock that was wrong, and must not stop the refill.
 */
const instant = Prisma.sql`
  CASE WHEN at > kluis_now() + interval '1 minute' THEN kluis_now() ELSE GREATEST(at, kluis_now()) END`;

const leaseSchema = z.object({ granted: z.number().int().min(0), waitMs: z.number().int().min(0) });

async function tryLease(tx: Tx, request: LeaseRequest): Promise<z.infer<typeof leaseSchema> | null> {
  const { subscriptionId, principal, bucket, size, perSecond, want } = request;
  const rows = await tx.$queryRaw<unknown[]>`
    WITH known AS (
      SELECT ${instant} AS now,
        LEAST("blockedUntil", kluis_now() + ${longestBlockMs}::float8 * interval '1 millisecond') AS "blockedUntil",
        LEAST(
          ${size}::float8,
          tokens + GREATEST(0, extract(epoch FROM kluis_now() - at)) * ${perSecond}::float8
        ) AS tokens
      FROM "RequestBucket"
      WHERE "subscriptionId" = ${subscriptionId} AND principal = ${principal} AND bucket = ${bucket}
      FOR UPDATE
    ), taken AS (
      SELECT *, CASE WHEN "blockedUntil" > now THEN 0 ELSE LEAST(${want}::int, floor(tokens)::int) END AS granted
      FROM known
    )
    UPDATE "RequestBucket" AS row SET tokens = taken.tokens - taken.granted, at = taken.now, "blockedUntil" = taken."blockedUntil"
    FROM taken
    WHERE row."subscriptionId" = ${subscriptionId} AND row.principal = ${principal} AND row.bucket = ${bucket}
    RETURNING taken.granted, CASE
      WHEN taken.granted > 0 THEN 0
      WHEN taken."blockedUntil" > taken.now
        THEN ceil(extract(epoch FROM taken."blockedUntil" - taken.now) * 1000)::int
      ELSE ceil((1 - taken.tokens) / ${perSecond}::float8 * 1000)::int
    END AS "waitMs"`;
  return rows.length === 0 ? null : leaseSchema.parse(rows[0]);
}

async function lease(tx: Tx, request: LeaseRequest): Promise<z.infer<typeof leaseSchema>> {
  const { subscriptionId, principal, bucket, size } = request;
  const known = await tryLease(tx, request);
  if (known !== null) return known;
  await tx.$executeRaw`
    INSERT INTO "RequestBucket" ("subscriptionId", principal, bucket, tokens, at, "blockedUntil")
    VALUES (${subscriptionId}, ${principal}, ${bucket}, ${size}::float8, kluis_now(), to_timestamp(0))
    ON CONFLICT DO NOTHING`;
  return leaseSchema.parse(await tryLease(tx, request));
}

async function lower(
  tx: Tx,
  { subscriptionId, principal, bucket, size, perSecond }: BucketKey & BucketShape,
  tokens: number,
): Promise<void> {
  await tx.$executeRaw`
    UPDATE "RequestBucket" SET at = ${instant}, tokens = LEAST(
      ${size}::float8,
      ${tokens}::float8,
      tokens + GREATEST(0, extract(epoch FROM kluis_now() - at)) * ${perSecond}::float8
    )
    WHERE "subscriptionId" = ${subscriptionId} AND principal = ${principal} AND bucket = ${bucket}`;
}

async function block(tx: Tx, { subscriptionId, principal, bucket }: BucketKey, forMs: number): Promise<void> {
  await tx.$executeRaw`
    UPDATE "RequestBucket" SET "blockedUntil" =
      GREATEST("blockedUntil", kluis_now() + ${Math.min(forMs, longestBlockMs)}::float8 * interval '1 millisecond')
    WHERE "subscriptionId" = ${subscriptionId} AND principal = ${principal} AND bucket = ${bucket}`;
}

/** The store of this database. */
export function requestBudgetStore(tx: Tx): BudgetStore {
  return {
    lease: (request) => lease(tx, request),
    lower: (key, tokens) => lower(tx, key, tokens),
    block: (key, forMs) => block(tx, key, forMs),
  };
}
