/** Raises a run of recovery points that are less consistent than the policy requests, and clears it when it ends. */
import { clearAttention, listReachedLevels, raiseAttention, type Tx } from "@kluis/db";
import { downgradesCounted, downgradesNotice } from "@kluis/domain";

/** Call it after the point is added. */
export async function noteDowngrades(tx: Tx, vmId: string): Promise<void> {
  const notice = downgradesNotice(await listReachedLevels(tx, vmId, downgradesCounted));
  const key = `consistency:${vmId}` as const;
  if (notice === null) await clearAttention(tx, key);
  else await raiseAttention(tx, { key, kind: "consistency", vmId, notice });
}
