/** Changes of keys are made by an engine: the identity of the portal reads vaults, and does not write to them. */
import { setTimeout as delay } from "node:timers/promises";
import { askKeyChange, readKeyChange, type VaultRow, withdrawKeyChange } from "@kluis/db";
import { type KeyChange, KluisError } from "@kluis/domain";
import type { SignedInContext } from "../context.ts";
import { keyChangeMs, keyChangePollMs, keyChangeWaitMs } from "../limits.ts";
import { record } from "../record.ts";

/**
 * Has an engine change the keys of a vault, and waits until it has. When no engine begins, the change is withdrawn.
 * @throws KluisError what the engine met; CONFLICT when no engine answers
 */
export async function askEngine(
  ctx: SignedInContext,
  { id, name }: VaultRow,
  change: KeyChange,
): Promise<void> {
  const { db } = ctx.api;
  const asked = await record(ctx, async (tx) => ({
    result: await askKeyChange(tx, { vaultId: id, change, actor: ctx.who.actor }),
    events: [],
  }));
  const begin = performance.now();
  for (;;) {
    const { state, error } = await readKeyChange(db.prisma, asked);
    if (error !== null) throw error;
    if (state === "done") return;
    const waited = performance.now() - begin;
    if (waited > keyChangeWaitMs && (await withdrawKeyChange(db.prisma, asked))) throw noEngine(name);
    // An engine began it and was stopped: the next one ends it, and the list of keys shows it then.
    if (waited > keyChangeWaitMs + keyChangeMs) return;
    await delay(keyChangePollMs);
  }
}

function noEngine(vault: string): KluisError {
  return new KluisError("CONFLICT", {
    reason: "no-engine",
    message: `No engine answered, so the keys of ${vault} are unchanged.`,
    action: "Check that an engine runs, and try again.",
    params: { vault },
  });
}
