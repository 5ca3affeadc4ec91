import { auditRow } from "@kluis/db";
import { instantView, noticeSchema } from "@kluis/domain";
import { z } from "zod";

export const auditPage = z.object({
  /** Newest first. */
  rows: z.array(auditRow),
  /** `before` of the next page; null at the end. */
  next: z.int().nullable(),
  /** Events that pass the filters, up to `listedMost`; `hasMore`: there are more. */
  total: z.int(),
  hasMore: z.boolean(),
});

/** The result of a walk along the ledger's chain. */
export const ledgerVerification = z.object({
  ok: z.boolean(),
  events: z.int(),
  head: z.object({ seq: z.int(), digest: z.string() }).nullable(),
  /** Signed heads that the chain was compared with: those of the database and the copies. */
  anchors: z.int(),
  /** The newest event that an anchor proves, with all before it; null when none does. Later events are only chained. */
  anchoredTo: z.int().nullable(),
  /** Those among them that were read from the vault, which the owner of the database cannot change. */
  copies: z.int(),
  checkedAt: instantView,
  /** The first wrong event. */
  problem: z.object({ seq: z.int(), kind: z.string(), message: z.string(), notice: noticeSchema }).nullable(),
  /** What could not be checked, so that `ok` does not cover it; null when everything was checked. */
  unchecked: z.string().nullable(),
  uncheckedNotice: noticeSchema.nullable(),
});
