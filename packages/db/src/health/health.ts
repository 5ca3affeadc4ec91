/** Health of Azure and the vault, as the engine last saw it. */
import { type ErrorInfo, type StoredNotice, storedNoticeSchema } from "@kluis/domain";
import { z } from "zod";
import { toJsonOrNull } from "../json.ts";
import type { Tx } from "../tx.ts";

export interface PartHealthRow {
  /** `azure`, `vault`, `connection:ID` or `vault:ID`. */
  readonly part: string;
  readonly ok: boolean;
  /** The error's code; null when the part is healthy. */
  readonly code: string | null;
  /** English. */
  readonly message: string;
  /** `message` as a notice, when the part is healthy. */
  readonly notice: StoredNotice | null;
  /** `message` as an error, when it is not. */
  readonly error: ErrorInfo | null;
  readonly checkedAt: Date;
  /** Since when it is as `ok` says; null when an older version found it. */
  readonly since: Date | null;
}

type PartFinding = Omit<PartHealthRow, "notice" | "error" | "since"> &
  Partial<Pick<PartHealthRow, "notice" | "error">>;

/** Stores the newest finding about a part. */
export async function setPartHealth(tx: Tx, finding: PartFinding): Promise<void> {
  const { part, notice = null, error = null, ...rest } = finding;
  const before = await tx.partHealth.findUnique({ where: { part }, select: { ok: true, since: true } });
  const since = before?.ok === rest.ok ? (before.since ?? rest.checkedAt) : rest.checkedAt;
  const facts = { ...rest, notice: toJsonOrNull(notice), error: toJsonOrNull(error), since };
  await tx.partHealth.upsert({ where: { part }, create: { part, ...facts }, update: facts });
}

/** A stored ErrorInfo. */
export const errorInfoSchema = z.custom<ErrorInfo>(
  (value) => z.object({ code: z.string(), message: z.string() }).safeParse(value).success,
);

export async function listPartHealth(tx: Tx): Promise<PartHealthRow[]> {
  const rows = await tx.partHealth.findMany({ orderBy: { part: "asc" } });
  return rows.map((row) => ({
    ...row,
    notice: storedNoticeSchema.parse(row.notice),
    error: errorInfoSchema.nullable().parse(row.error),
  }));
}
