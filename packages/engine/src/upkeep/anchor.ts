/** Anchors the ledger: signs its head and copies it to the default vault, out of reach of those who can edit the database. */
import { readFile } from "node:fs/promises";
import {
  appendEvents,
  inTransaction,
  loadLedgerKey,
  newestAnchor,
  readHead,
  recordAnchor,
  signHead,
} from "@kluis/db";
import { anchorsPrefix, engineActor, isKluisError, KluisError, type LedgerTarget } from "@kluis/domain";
import type { EngineDeps } from "../deps.ts";
import { type RecurringWork, runWork } from "../runtime/recurring-work.ts";

/** Anchors the ledger as repeated work: its only item is the head. */
export async function keepAnchored(deps: EngineDeps, signal: AbortSignal): Promise<void> {
  const anchoring: RecurringWork<null> = {
    name: "anchor",
    page: () => Promise.resolve({ items: [null], next: null }),
    nameOf: () => "the ledger",
    work: async () => void (await anchorLedger(deps, signal)),
  };
  await runWork(deps, anchoring, signal);
}

/** @returns the sequence number of the anchored event, or null when nothing changed since the last anchor */
export async function anchorLedger(deps: EngineDeps, signal: AbortSignal): Promise<number | null> {
  if (deps.ledgerKeyFile === null) return null;
  const head = await readHead(deps.db.prisma);
  const last = await newestAnchor(deps.db.prisma);
  // The event of the last anchor itself is not a change.
  if (head.seq === 0 || (last !== null && head.seq <= last.seq + 1)) return null;
  const key = loadLedgerKey(await readKey(deps.ledgerKeyFile));
  const signed = signHead(key, head, deps.clock);
  const name = `${anchorsPrefix}${String(signed.seq).padStart(12, "0")}-${signed.signedAt.getTime()}.json`;
  const copy = {
    ...signed,
    signedAt: signed.signedAt.toISOString(),
    publicKey: key.publicPem,
    installationId: deps.installationId,
  };
  await putOnce(deps, { name, text: JSON.stringify(copy) }, signal);
  await inTransaction(deps.db, async (tx) => {
    await recordAnchor(tx, { ...signed, vaultName: name }, deps.clock);
    const target: LedgerTarget = { type: "ledger", id: String(signed.seq), name: "Ledger" };
    const data = { seq: signed.seq, digest: signed.digest, keyId: signed.keyId, object: name };
    await appendEvents(tx, deps.clock, [{ kind: "ledger.anchored", actor: engineActor, target, data }]);
  });
  return signed.seq;
}

async function readKey(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    throw new KluisError("CONFIG_INVALID", {
      message: "The key that signs the ledger cannot be read.",
      action: "Check KLUIS_LEDGER_KEY_FILE.",
      params: { file },
      cause,
    });
  }
}

async function putOnce(
  { vaults }: EngineDeps,
  { name, text }: { name: string; text: string },
  signal: AbortSignal,
): Promise<void> {
  const { store } = await vaults.openDefault();
  try {
    await store.put(name, [Buffer.from(text)], signal);
  } catch (error) {
    // Another engine anchored the same head in the same millisecond, with an equal copy.
    if (!isKluisError(error, "VAULT_OBJECT_EXISTS")) throw error;
  }
}
