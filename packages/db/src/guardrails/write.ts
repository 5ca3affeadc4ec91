import {
  type Actor,
  type Clock,
  type Guardrails,
  KluisError,
  noGuardrails,
  type RetentionFloor,
} from "@kluis/domain";
import { toJson } from "../json.ts";
import { lockInTransaction, locks } from "../locks.ts";
import type { Tx } from "../tx.ts";
import { findGuardrailVersion, type GuardrailVersionRow } from "./read.ts";

export interface GuardrailEdit {
  /** The version that the editor saw; 0: none. */
  readonly expectedVersion: number;
  readonly document: Guardrails;
  readonly actor: Actor;
}

/**
 * Waits for every transaction that holds the guardrails, and keeps others from holding them until this one ends.
 * @returns the version of now; null before the first
 * @throws KluisError CONFLICT when another version was saved meanwhile
 */
async function lockGuardrails(tx: Tx, expectedVersion: number): Promise<GuardrailVersionRow | null> {
  await lockInTransaction(tx, locks.guardrails);
  const current = await findGuardrailVersion(tx);
  const version = current?.version ?? 0;
  if (version === expectedVersion) return current;
  throw new KluisError("CONFLICT", {
    reason: "guardrails-changed",
    message: `Another user changed the guardrails: version ${version} is current.`,
    action: "Load the guardrails again and repeat your change.",
    params: { version },
  });
}

/** Saves a new version of the guardrails. @throws KluisError CONFLICT */
export async function addGuardrailVersion(
  tx: Tx,
  { expectedVersion, document, actor }: GuardrailEdit,
  clock: Clock,
): Promise<{ readonly version: number; readonly before: Guardrails }> {
  const before = await lockGuardrails(tx, expectedVersion);
  const version = expectedVersion + 1;
  await tx.guardrailVersion.create({
    data: { version, document: toJson(document), createdAt: clock.now(), createdBy: toJson(actor) },
  });
  return { version, before: before?.document ?? noGuardrails };
}

/**
 * Applies a changed floor to what exists: retention judges every VM again, and removed points can be brought back for as long as is
 * required now. A longer time of its policy stays.
 */
export async function applyRetentionFloor(tx: Tx, { softDeleteDays }: RetentionFloor): Promise<void> {
  await tx.$executeRaw`UPDATE "Protection" SET "retentionDueAt" = to_timestamp(0) WHERE state = 'active'`;
  if (softDeleteDays === 0) return;
  await tx.$executeRaw`
    UPDATE "RecoveryPoint" SET "purgeAt" = "deletedAt" + make_interval(days => ${softDeleteDays}::int)
    WHERE state = 'soft-deleted' AND "purgeAt" < "deletedAt" + make_interval(days => ${softDeleteDays}::int)`;
}
