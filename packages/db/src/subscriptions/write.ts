import { type ErrorInfo, errorCatalog } from "@kluis/domain";
import { z } from "zod";
import { Prisma } from "../../generated/client.ts";
import { fromJson, toJson } from "../json.ts";
import type { Tx } from "../tx.ts";

/** ErrorInfo as a JSON column stores it. */
export const errorInfoSchema: z.ZodType<ErrorInfo> = z.object({
  code: z.string().refine((code): code is ErrorInfo["code"] => code in errorCatalog),
  reason: z.string().nullable().default(null),
  message: z.string(),
  action: z.string().nullable(),
  params: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
});

export interface SubscriptionRow {
  /** Lower-case. */
  readonly id: string;
  readonly tenantId: string;
  /** Only of a new row: tests of connections keep the names. */
  readonly name: string;
  readonly readable: boolean;
  /** Why the last read failed, or what it could not read; null when it read everything. */
  readonly problem: ErrorInfo | null;
  readonly seenAt: Date | null;
}

export type ListedSubscription = SubscriptionRow & { readonly problemSince: Date | null };

/** Stores what discovery found at a time, and keeps the connection of a known subscription; `seenAt` changes only when the subscription could be read. */
export async function upsertSubscription(tx: Tx, row: SubscriptionRow, at: Date): Promise<void> {
  const id = row.id.toLowerCase();
  const before = await tx.subscription.findUnique({ where: { id }, select: { problemSince: true } });
  const latest = {
    tenantId: row.tenantId,
    readable: row.readable,
    problem: row.problem === null ? Prisma.DbNull : toJson(row.problem),
    problemSince: row.problem === null ? null : (before?.problemSince ?? at),
    ...(row.seenAt && { seenAt: row.seenAt }),
  };
  await tx.subscription.upsert({ where: { id }, create: { id, name: row.name, ...latest }, update: latest });
}

export async function listSubscriptions(tx: Tx): Promise<ListedSubscription[]> {
  const rows = await tx.subscription.findMany({ orderBy: { name: "asc" } });
  return rows.map((row) => ({
    ...row,
    problem: row.problem === null ? null : fromJson(errorInfoSchema, row.problem, "Subscription.problem"),
  }));
}
