/** The vault that a job writes or reads. */
import type { WorkJob } from "@kluis/db";
import { KluisError } from "@kluis/domain";
import type { EngineDeps } from "../deps.ts";
import { requireWritable } from "../runtime/vault-trust.ts";
import type { OpenedVault } from "../runtime/vaults.ts";

/**
 * Opens it. A backup or a second copy waits while the vault is not the one that the database knows.
 * @throws what opening a vault throws, such as VAULT_UNREACHABLE, and VAULT_UNUSABLE
 */
export async function vaultOf({
  deps,
  job,
}: {
  readonly deps: Pick<EngineDeps, "db" | "vaults">;
  readonly job: Pick<WorkJob, "id" | "kind" | "vaultId">;
}): Promise<OpenedVault> {
  const vaultId = vaultIdOf(job);
  if (job.kind === "backup" || job.kind === "copy-point") await requireWritable(deps.db.prisma, vaultId);
  return deps.vaults.open(vaultId);
}

/** @throws KluisError INTERNAL for a job that has not started */
export function vaultIdOf(job: Pick<WorkJob, "id" | "vaultId">): string {
  if (job.vaultId !== null) return job.vaultId;
  throw new KluisError("INTERNAL", { message: "The job has no vault.", params: { jobId: job.id } });
}
