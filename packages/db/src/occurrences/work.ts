/** Planned backups and the decision about each, as the scheduler records them. */
import { type Clock, type Notice, noticeText } from "@kluis/domain";
import { z } from "zod";
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
 * Records decisions about planned backups, once per protection and time.
 * @returns how many were new: another scheduler has recorded the others before
 */
export async function recordOccurrences(
  tx: Tx,
  occurrences: readonly NewOccurrence[],
  clock: Clock,
): Promise<number> {
  if (occurrences.length === 0) return 0;
  const data = occurrences.map((occurrence) => ({
    ...occurrence,
    id: newId(clock),
    reason: occurrence.notice === null ? null : noticeText(occurrence.notice),
    notice: toJsonOrNull(occurrence.notice),
    createdAt: clock.now(),
  }));
  const made = await tx.occurrence.createMany({ data, skipDuplicates: true });
  return made.count;
}

const timeRow = z.object({ id: z.string(), dueAt: z.date() });

/** Times with a recorded decision after an instant of each of these protections, in milliseconds since 1970. */
export async function listOccurrenceTimes(
  tx: Tx,
  after: ReadonlyMap<string, Date>,
): Promise<Map<string, Set<number>>> {
  const rows = await tx.$queryRaw`
    SELECT given.id, o."dueAt"
    FROM unnest(${[...after.keys()]}::uuid[], ${[...after.values()]}::timestamptz[]) AS given(id, after)
      JOIN "Occurrence" o ON o."protectionId" = given.id AND o."dueAt" > given.after`;
  const times = new Map<string, Set<number>>();
  for (const { id, dueAt } of z.array(timeRow).parse(rows)) {
    const known = times.get(id) ?? new Set();
    times.set(id, known.add(dueAt.getTime()));
  }
  return times;
}
