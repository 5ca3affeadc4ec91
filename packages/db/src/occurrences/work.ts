/** Planned backups and the decision about each, as the scheduler records them. */
import { type Clock, type Notice, noticeText } from "@kluis/domain";
import { newId } from "../ids.ts";
import { toJsonOrNull } from "../json.ts";
import type { Tx } from "../tx.ts";

export interface NewOccurrence {
  readonly protectionId: string;
  readonly dueAt: Date;
  readonly policyVersionId: string;
  readonly state: "started" | "missed" | "skipped";
  /** Why it started late or not at all; null when it started in time. */
  readonly notice: Notice | null;
  /** Set if and only if `state` is started. */
  readonly jobId: string | null;
}

/**
 * Records the decision about a planned backup, once per protection and time.
 * @returns false when another scheduler recorded it before
 */
export async function recordOccurrence(tx: Tx, occurrence: NewOccurrence, clock: Clock): Promise<boolean> {
  const { notice } = occurrence;
  const made = await tx.occurrence.createMany({
    data: [
      {
        ...occurrence,
        id: newId(clock),
        reason: notice === null ? null : noticeText(notice),
        notice: toJsonOrNull(notice),
        createdAt: clock.now(),
      },
    ],
    skipDuplicates: true,
  });
  return made.count === 1;
}

/** Times after `after` with a recorded decision of this protection, in milliseconds since 1970. */
export async function listOccurrenceTimes(tx: Tx, protectionId: string, after: Date): Promise<number[]> {
  const rows = await tx.occurrence.findMany({
    where: { protectionId, dueAt: { gt: after } },
    select: { dueAt: true },
  });
  return rows.map(({ dueAt }) => dueAt.getTime());
}
