/** Backups that a user starts. */
import { actingNow, startBackupIn } from "@kluis/db/actions";
import type { SignedInContext } from "../context.ts";
import { lookupVmFor } from "../lookup.ts";
import { record } from "../record.ts";
import type { StartedBackup } from "./view.ts";

/**
 * Starts a backup of a protected VM now.
 * @throws KluisError VM_NOT_FOUND, FORBIDDEN, VM_NOT_PROTECTED, JOB_ALREADY_RUNNING (with the job's
 * id)
 */
export async function startBackup(ctx: SignedInContext, ref: string): Promise<StartedBackup> {
  const vm = await lookupVmFor(ctx, "backup:run", ref);
  const { jobId } = await record(ctx, async (tx) => startBackupIn(await actingNow(ctx, tx), tx, vm.id));
  return { jobId, vm: { id: vm.id, name: vm.name } };
}
