/** A number that rises with every change of a connection or a vault, so that processes notice it with one small query. */
import type { Tx } from "../tx.ts";

export async function raiseConfigVersion(tx: Tx): Promise<void> {
  await tx.installation.updateMany({ where: { id: 1 }, data: { configVersion: { increment: 1 } } });
}

/** Returns 0 before the installation exists. */
export async function readConfigVersion(tx: Tx): Promise<number> {
  const row = await tx.installation.findUnique({ where: { id: 1 }, select: { configVersion: true } });
  return row?.configVersion ?? 0;
}
