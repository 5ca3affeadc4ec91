import type { RecurringWorkRow } from "@kluis/db";
import { judgeWork } from "@kluis/domain";
import { said } from "./said.ts";
import type { HealthPartView } from "./view.ts";

/** Repeated work: its first failure, or the age of its last success. Work that never ran has no part. */
export function workPart(row: RecurringWorkRow, now: Date): HealthPartView {
  const about = {
    part: "work",
    subject: { id: row.name, name: row.name },
    checkedAt: row.lastEndedAt ?? row.startedAt,
  } as const;
  const verdict = judgeWork(row, now);
  const since = row.lastSuccessAt;
  if (verdict.kind !== "failing") {
    const ok = verdict.kind === "healthy";
    return { ...said(verdict.notice), ...about, ok, code: ok ? null : "OVERDUE", since };
  }
  const [error, first] =
    verdict.of === "current" ? [row.error, row.errorItem] : [row.lastError, row.lastErrorItem];
  const failed = { items: verdict.failed, first };
  const message = [first ?? [], error?.message ?? "Failed."].flat().join(": ");
  return {
    ...about,
    ok: false,
    code: error?.code ?? "INTERNAL",
    message,
    notice: null,
    error,
    since,
    failed,
  };
}
