/** Keeps copies of a vault's key slots in the database, and records slots that were made again. */
import { appendEvents, type Db, inTransaction, syncVaultKeys } from "@kluis/db";
import { type Clock, engineActor } from "@kluis/domain";
import type { KeySlots } from "@kluis/vault";

/** Stores the keys of a vault that was just opened. */
export async function recordKeys(
  { db, clock }: { readonly db: Db; readonly clock: Clock },
  { id, name, slots }: { readonly id: string; readonly name: string; readonly slots: KeySlots },
): Promise<void> {
  const { keys, generation, completed } = slots;
  await inTransaction(db, async (tx) => {
    await syncVaultKeys(tx, { vaultId: id, keys, generation });
    if (completed.length === 0) return;
    await appendEvents(tx, clock, [
      {
        kind: "vault.keys-completed",
        actor: engineActor,
        target: { type: "vault", id, name },
        data: { keys: [...completed] },
      },
    ]);
  });
}
