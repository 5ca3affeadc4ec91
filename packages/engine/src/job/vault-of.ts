/** The vault that a job writes or reads. */
import type { WorkJob } from "@kluis/db";
import { KluisError } from "@kluis/domain";
import type { EngineDeps } from "../deps.ts";
import type { OpenedVault } from "../runtime/vaults.ts";

/** @throws what opening a vault throws, such as VAULT_UNREACHABLE */
export function vaultOf({
  deps,
  job,
}: {
  readonly deps: Pick<EngineDeps, "vaults">;
  readonly job: Pick<WorkJob, "id" | "vaultId">;
}): Promise<OpenedVault> {
  return deps.vaults.open(vaultIdOf(job));
}

/** @throws KluisError INTERNAL for a job that has not started */
export function vaultIdOf(job: Pick<WorkJob, "id" | "vaultId">): string {
  if (job.vaultId !== null) return job.vaultId;
  throw new KluisError("INTERNAL", { message: "The job has no vault.", params: { jobId: job.id } });
}
