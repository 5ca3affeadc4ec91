import type { Clock } from "@kluis/domain";
import { newId } from "../ids.ts";
import type { Tx } from "../tx.ts";

export interface NewOccurrence {
  readonly protectionId: string;
  readonly dueAt: Date;
  readonly policyVersionId: string;
  readonly state: "started" | "missed" | "skipped";
  readonly reason: string | null;
  /** Exactly when `state` is started. */
  readonly jobId: string | null;
}

/**
 * Records a planned backup and what became of it. Unique per protection and time, so that whoever comes second learns it.
 * @returns true when this call recorded it; false when it had been decided already
 */
export async function recordOccurrence(tx: Tx, occurrence: NewOccurrence, clock: Clock): Promise<boolean> {
  const made = await tx.occurrence.createMany({
    data: [{ id: newId(clock), ...occurrence, createdAt: clock.now() }],
    skipDuplicates: true,
  });
  return made.count === 1;
}
