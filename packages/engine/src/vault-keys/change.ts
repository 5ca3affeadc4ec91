/** Makes the changes of a vault's keys that users requested: the portal itself only reads vaults. */
import {
  beginKeyChange,
  endKeyChange,
  failKeyChange,
  inTransaction,
  type KeyChangeRow,
  knownError,
  locks,
  nextKeyChange,
  readKeyCopies,
  withLock,
} from "@kluis/db";
import type { KeyChange, LedgerKind } from "@kluis/domain";
import { type KeyChangeMade, type KeyPlace, makeKeyChange } from "@kluis/vault";
import type { EngineDeps } from "../deps.ts";
import type { Again } from "../runtime/tasks.ts";

type Deps = Pick<EngineDeps, "db" | "clock" | "log" | "vaults">;

/** One change reads and writes some small objects; a person waits. */
const CHANGE_LIMIT_MS = 60_000;
/** Another engine makes them: look again, in case one was added while it ended. */
const HELD_AGAIN_MS = 500;

/** Makes all changes that wait, the oldest first. One that fails is shown to its user, and does not stop the next. */
export async function makeKeyChanges(
  deps: Deps,
  vaultId: string,
  signal: AbortSignal,
): Promise<Again | null> {
  const held = await withLock(deps.db, locks.keys(vaultId), async (lost) => {
    const limit = AbortSignal.any([signal, lost]);
    for (;;) {
      limit.throwIfAborted();
      const row = await nextKeyChange(deps.db.prisma, vaultId);
      if (row === null) return true;
      await makeOne(deps, { vaultId, row }, limit);
    }
  });
  return held === null ? { againInMs: HELD_AGAIN_MS } : null;
}

async function makeOne(
  deps: Deps,
  { vaultId, row }: { readonly vaultId: string; readonly row: KeyChangeRow },
  signal: AbortSignal,
): Promise<void> {
  const { db, clock, vaults } = deps;
  if (!(await beginKeyChange(db.prisma, row.id))) return;
  const bounded = AbortSignal.any([signal, AbortSignal.timeout(CHANGE_LIMIT_MS)]);
  try {
    const place = await keyPlace(deps, vaultId, bounded);
    const { name } = vaults.row(vaultId);
    const made = await makeKeyChange(place, row.change, vaults.keyVault);
    const vault = { id: vaultId, name };
    const { keys, generation } = made.slots;
    const facts = { vault, keys, generation, event: eventOf(row.change, made), proven: made.proven };
    await inTransaction(db, (tx) => endKeyChange(tx, row, { made: facts, clock }));
  } catch (error) {
    // A stop, or a lost lock, leaves it to the next run: every change can be repeated.
    signal.throwIfAborted();
    const known = knownError(error);
    deps.log.warn({ vaultId, change: row.change.kind, code: known.code }, "a change of keys failed");
    await failKeyChange(db.prisma, row.id, known);
  }
}

/** Where the keys of a vault are, with the keys of this engine. */
export async function keyPlace(
  { db, clock, vaults }: Pick<EngineDeps, "db" | "clock" | "vaults">,
  vaultId: string,
  signal: AbortSignal,
): Promise<KeyPlace> {
  const { store } = await vaults.open(vaultId);
  const slotCopies = await readKeyCopies(db.prisma, vaultId);
  return { store, keys: await vaults.keysOf(vaultId), clock, signal, slotCopies };
}

const kinds: Readonly<Record<KeyChange["kind"], LedgerKind>> = {
  add: "vault.key-added",
  "add-key-vault": "vault.key-added",
  remove: "vault.key-removed",
  rotate: "vault.keys-rotated",
};

function eventOf(
  change: KeyChange,
  { slots, key }: KeyChangeMade,
): { readonly kind: LedgerKind; readonly data: Readonly<Record<string, unknown>> } {
  const kind = kinds[change.kind];
  if (change.kind === "rotate") return { kind, data: { keys: slots.keys.length } };
  const shares = change.kind === "add" ? change.recipient.shares : undefined;
  const { keyId = change.holder, label = "" } = key ?? {};
  return { kind, data: { key: key?.kind ?? null, keyId, label, ...shares } };
}
