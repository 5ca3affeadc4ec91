import type { Tx } from "../tx.ts";

/** The VM as a backup found it, so that the inventory is not older than the newest point. */
export async function refreshVm(
  tx: Tx,
  vmId: string,
  seen: { readonly powerState: string; readonly agentState: string; readonly at: Date },
): Promise<void> {
  await tx.virtualMachine.updateMany({
    where: { id: vmId },
    data: { powerState: seen.powerState, agentState: seen.agentState, lastSeenAt: seen.at },
  });
}
