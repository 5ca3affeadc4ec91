/** Replaces the engine in tests: makes the changes of keys that the API requests. */
import { setTimeout as delay } from "node:timers/promises";
import {
  beginKeyChange,
  endKeyChange,
  failKeyChange,
  inTransaction,
  nextKeyChange,
  readKeyCopies,
} from "@kluis/db";
import { KluisError, type LedgerKind } from "@kluis/domain";
import { type BlobStore, type KeyProvider, lazyKeyVault, makeKeyChange } from "@kluis/vault";
import type { Api } from "./context.ts";

const none = lazyKeyVault(() => Promise.reject(new Error("These tests have no key vault.")));
const kinds = {
  add: "vault.key-added",
  "add-key-vault": "vault.key-added",
  remove: "vault.key-removed",
  rotate: "vault.keys-rotated",
} as const satisfies Record<string, LedgerKind>;

/** A vault with the store that an engine has: the API's refuses to write. */
interface EngineVault {
  readonly id: string;
  readonly name: string;
  readonly openStore: () => BlobStore;
  readonly openKeys: () => Promise<KeyProvider>;
}

/** Makes changes of a vault's keys until it is disposed. */
export function keepKeyChanges(api: Api, vault: EngineVault): AsyncDisposable {
  const stop = new AbortController();
  const work = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      await makeNext(api, vault);
      await delay(25);
    }
  };
  const working = work();
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await working;
    },
  };
}

async function makeNext({ db, clock }: Api, engineVault: EngineVault): Promise<void> {
  const { openStore, openKeys, ...vault } = engineVault;
  const row = await nextKeyChange(db.prisma, vault.id);
  if (row === null || !(await beginKeyChange(db.prisma, row.id))) return;
  try {
    const signal = AbortSignal.timeout(30_000);
    const slotCopies = await readKeyCopies(db.prisma, vault.id);
    const place = { store: openStore(), keys: await openKeys(), clock, signal, slotCopies };
    const { slots } = await makeKeyChange(place, row.change, none);
    const { keys, generation } = slots;
    const made = { vault, keys, generation, event: { kind: kinds[row.change.kind], data: {} } };
    await inTransaction(db, (tx) => endKeyChange(tx, row, { made, clock }));
  } catch (error) {
    const known =
      error instanceof KluisError ? error : new KluisError("INTERNAL", { message: String(error) });
    await failKeyChange(db.prisma, row.id, known);
  }
}
