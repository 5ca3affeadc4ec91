/** Accounts a vault soon after a point was added or deleted. The hourly collection finds what this missed. */
import { enqueue, locks, type Tx, withLock } from "@kluis/db";
import type { EngineDeps } from "../../deps.ts";
import type { Again } from "../../runtime/tasks.ts";
import { accountVault } from "./account.ts";
import { databasePort } from "./database.ts";

/** The run that holds the lock may have listed the points before this one was woken. */
const BUSY_AGAIN_MS = 5_000;

export async function accountSoon(tx: Tx, vaultId: string): Promise<void> {
  await enqueue(tx, "vault.account", { vaultId });
}

export async function accountOne(
  deps: EngineDeps,
  vaultId: string,
  signal: AbortSignal,
): Promise<Again | null> {
  const held = await withLock(deps.db, locks.account(vaultId), async (lost) => {
    const { vault } = await deps.vaults.open(vaultId);
    const port = await databasePort(deps.db, vaultId);
    return accountVault({ port, vault, signal: AbortSignal.any([signal, lost]) });
  });
  if (held === null) return { againInMs: BUSY_AGAIN_MS };
  deps.log.info({ vaultId, ...held.value }, "vault: points accounted");
  return null;
}
