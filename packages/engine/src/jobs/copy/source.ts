/** The recovery point that is copied, and reading it from the first vault. */
import { inTransaction, loadPoint, type PointRef, recordDamage } from "@kluis/db";
import { findingOf, KluisError, storedPointStates } from "@kluis/domain";
import type { StepContext } from "../../job/step.ts";
import type { OpenedVault } from "../../runtime/vaults.ts";
import type { CopyMemory } from "./memory.ts";

type Context = Pick<StepContext<CopyMemory>, "deps" | "job">;

export interface CopySource {
  readonly point: PointRef;
  readonly opened: OpenedVault;
}

/** @throws KluisError POINT_NOT_FOUND, and what opening a vault throws */
export async function copySource({ deps, job }: Context): Promise<CopySource> {
  const point = job.pointId === null ? null : await loadPoint(deps.db.prisma, job.pointId);
  // One that was removed in a way that can be undone still has its content.
  if (point === null || !storedPointStates.some((state) => state === point.state)) {
    throw new KluisError("POINT_NOT_FOUND", {
      reason: "gone",
      message: "The recovery point no longer exists.",
      params: { point: job.pointId },
    });
  }
  return { point, opened: await deps.vaults.open(point.vaultId) };
}

/**
 * Reads from the first vault. Damage is recorded there, and not in the vault that the job writes.
 * @throws KluisError VAULT_DATA_DAMAGED without a place for damage, everything else unchanged
 */
export async function readSource<T>(
  { deps, job }: Context,
  { id: pointId, vaultId }: Pick<PointRef, "id" | "vaultId">,
  read: () => Promise<T>,
): Promise<T> {
  try {
    return await read();
  } catch (error) {
    const finding = findingOf(error);
    if (finding === null) throw error;
    const found = { vaultId, foundBy: "copy", findings: [finding], pointId, jobId: job.id } as const;
    await inTransaction(deps.db, (tx) => recordDamage(tx, found));
    throw new KluisError("VAULT_DATA_DAMAGED", {
      message: `Recovery point ${pointId} is damaged in the first vault: ${finding.problem}.`,
      action:
        "The next backup stores what is damaged again, if the disk still has it. Then the point is copied.",
      params: { point: pointId },
      cause: error,
    });
  }
}
