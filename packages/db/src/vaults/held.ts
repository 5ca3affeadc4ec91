/** What Kluis still does in a vault: its row must not be removed meanwhile. */
import { openJobStates } from "@kluis/domain";
import type { Tx } from "../tx.ts";

export interface HeldVault {
  /** Open jobs that write it or read it. */
  readonly jobs: number;
  /** Manifests of canceled or failed backups that are to be removed from it. */
  readonly manifests: number;
}

export async function readVaultHeld(tx: Tx, vaultId: string): Promise<HeldVault> {
  const jobs = await tx.job.count({ where: { vaultId, state: { in: [...openJobStates] } } });
  const manifests = await tx.azureResource.count({
    where: { kind: "manifest", state: { not: "removed" }, detail: { path: ["vaultId"], equals: vaultId } },
  });
  return { jobs, manifests };
}
