/**
 * Looks at the key slots of each vault: objects that no change explains, and keys in Azure Key Vault that do not open it. A vault
 * whose key file works would otherwise hide both until the day when another key is needed.
 */
import {
  appendEvents,
  clearAttention,
  inTransaction,
  isDatabaseLost,
  knownError,
  listVaultKeys,
  locks,
  noteKeyOpened,
  noteStrangeSlots,
  raiseAttention,
  type VaultKeyRow,
  type VaultRow,
  withLock,
} from "@kluis/db";
import { engineActor, errorInfo, type KluisError, notice, parseKeyVaultKey } from "@kluis/domain";
import { type KeyPlace, KeyVaultKey, listSlots, proveSlot } from "@kluis/vault";
import type { EngineDeps } from "../deps.ts";
import { keyPlace } from "./change.ts";

type Deps = Pick<EngineDeps, "db" | "clock" | "log" | "vaults">;

/** One vault that does not answer must not keep the others from their turn. */
const VAULT_LIMIT_MS = 120_000;

/** Looks at every vault that was opened once. A vault out of reach is the matter of its health, and ends nothing. */
export async function checkKeys(deps: Deps, signal: AbortSignal): Promise<void> {
  await deps.vaults.refresh();
  for (const row of deps.vaults.list()) {
    if (row.identity === null) continue;
    signal.throwIfAborted();
    try {
      await withLock(deps.db, locks.keys(row.id), (lost) =>
        checkOne(deps, row, AbortSignal.any([signal, lost, AbortSignal.timeout(VAULT_LIMIT_MS)])),
      );
    } catch (error) {
      signal.throwIfAborted();
      if (isDatabaseLost(error)) throw error;
      deps.log.warn(
        { vault: row.name, code: knownError(error).code },
        "the keys of a vault were not checked",
      );
    }
  }
}

async function checkOne(deps: Deps, row: VaultRow, signal: AbortSignal): Promise<void> {
  const place = await keyPlace(deps, row.id, signal);
  await judgeSlots(deps, row, (await listSlots(place)).odd);
  const keys = await listVaultKeys(deps.db.prisma, row.id);
  for (const key of keys.filter(({ kind }) => kind === "key-vault")) {
    const error = await openWith(deps, key, place);
    await judgeKeyVault(deps, row, { key, error });
  }
}

async function judgeSlots(
  { db, clock }: Deps,
  { id, name }: VaultRow,
  odd: readonly string[],
): Promise<void> {
  const key = `vault-slots:${id}` as const;
  await inTransaction(db, async (tx) => {
    const fresh = await noteStrangeSlots(tx, { vaultId: id, names: odd });
    const target = { type: "vault", id, name } as const;
    const event = { kind: "vault.key-slots-strange", actor: engineActor, target } as const;
    if (fresh.length > 0) await appendEvents(tx, clock, [{ ...event, data: { objects: fresh } }]);
  });
  const [object] = odd;
  await inTransaction(db, async (tx) => {
    if (object === undefined) await clearAttention(tx, key);
    else {
      const told = notice("vault-slots-strange", { vault: name, objects: odd.length, object });
      await raiseAttention(tx, { key, kind: "vault-slots", notice: told });
    }
  });
}

/** Opens the vault with one key of Key Vault alone; returns why not. */
async function openWith(deps: Deps, { keyId }: VaultKeyRow, place: KeyPlace): Promise<KluisError | null> {
  try {
    await proveSlot({ ...place, keys: new KeyVaultKey(deps.vaults.keyVault, { keyId }) });
    return null;
  } catch (error) {
    place.signal.throwIfAborted();
    return knownError(error);
  }
}

async function judgeKeyVault(
  { db }: Deps,
  vault: VaultRow,
  { key: { holder, keyId }, error }: { readonly key: VaultKeyRow; readonly error: KluisError | null },
): Promise<void> {
  const key = `vault-key:${vault.id}:${holder}` as const;
  await inTransaction(db, async (tx) => {
    if (error === null) {
      await noteKeyOpened(tx, { vaultId: vault.id, holder });
      await clearAttention(tx, key);
      return;
    }
    const host = new URL(parseKeyVaultKey(keyId)?.vaultUrl ?? "https://unknown").hostname;
    const told = notice("vault-key-out-of-reach", { vault: vault.name, keyVault: host });
    await raiseAttention(tx, { key, kind: "vault-key", notice: told, error: errorInfo(error) });
  });
}
