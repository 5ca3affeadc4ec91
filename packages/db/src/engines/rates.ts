/** The limits of bandwidth that hold beside that of a policy. */
import type { StoreRates } from "@kluis/domain";
import type { Tx } from "../tx.ts";

/** Of the vault that new backups use, and of the engines that have not ended. */
export async function readStoreRates(tx: Tx): Promise<StoreRates> {
  const vault = await tx.vault.findFirst({
    where: { isDefault: true },
    select: { name: true, bandwidth: true },
  });
  const engines = await tx.engineProcess.findMany({ where: { endedAt: null }, select: { bandwidth: true } });
  return { vault, engines: engines.map(({ bandwidth }) => bandwidth) };
}
