/** Checks whether a store can hold a vault, with a small object that it removes again. */
import { randomBytes } from "node:crypto";
import {
  type Clock,
  type ErrorReason,
  isKluisError,
  KluisError,
  toKluisError,
  type VaultCheck,
} from "@kluis/domain/core";
import type { BlobStore } from "./store/port.ts";

/** Objects of checks. A vault never reads below it. */
export const CHECK_PREFIX = "checks/";
/** Azure refuses requests that are signed more than 15 minutes off; below that, times of points would be wrong. */
const MOST_SKEW_MS = 5 * 60_000;

export interface StoreCheck {
  readonly check: VaultCheck;
  /** Null: passed. */
  readonly error: KluisError | null;
}

export interface StoreFindings {
  /** Ends with the first check that fails. */
  readonly checks: readonly StoreCheck[];
  readonly clockSkewMs: number | null;
}

/**
 * Writes, writes again (which must be refused), reads and deletes an object, and compares the clocks.
 * A failed check is a finding.
 * @throws the signal's reason
 */
export async function checkStore(
  store: BlobStore,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<StoreFindings> {
  const name = `${CHECK_PREFIX}${randomBytes(12).toString("hex")}`;
  const content = randomBytes(64);
  const checks: StoreCheck[] = [];
  let clockSkewMs: number | null = null;
  const steps: Partial<Record<VaultCheck, () => Promise<void>>> = {
    write: () => store.put(name, [content], signal),
    conditional: () => mustRefuse(store, name, signal),
    read: async () => {
      const read = Buffer.from(await store.get(name, { signal }));
      if (!read.equals(content)) throw wrong(store, "loses", "returned other bytes than were written");
    },
    clock: async () => {
      const info = await store.head(name, signal);
      if (info === null) throw wrong(store, "loses", "lost an object that was just written");
      if (info.writtenAt === undefined) return;
      clockSkewMs = info.writtenAt.getTime() - clock.now().getTime();
      if (Math.abs(clockSkewMs) > MOST_SKEW_MS)
        throw wrong(store, "clock", "has a clock that differs from this machine's by more than 5 minutes");
    },
    delete: async () => {
      await store.delete(name, signal);
      if ((await store.head(name, signal)) !== null)
        throw wrong(store, "loses", "kept an object that was deleted");
    },
  };
  for (const check of ["write", "conditional", "read", "clock", "delete"] as const) {
    const error = await attempt(steps[check], signal);
    checks.push({ check, error });
    if (error !== null) break;
  }
  const hasWritten = checks[0]?.error === null;
  const isDeleted = checks.some(({ check }) => check === "delete");
  if (hasWritten && !isDeleted) await attempt(() => store.delete(name, signal), signal);
  return { checks, clockSkewMs };
}

async function attempt(
  step: (() => Promise<unknown>) | undefined,
  signal: AbortSignal,
): Promise<KluisError | null> {
  try {
    await step?.();
    return null;
  } catch (error) {
    signal.throwIfAborted();
    return toKluisError(error);
  }
}

/** A vault needs a store that never replaces an object. */
async function mustRefuse(store: BlobStore, name: string, signal: AbortSignal): Promise<void> {
  try {
    await store.put(name, [Buffer.from("second")], signal);
  } catch (error) {
    if (isKluisError(error, "VAULT_OBJECT_EXISTS")) return;
    throw error;
  }
  throw wrong(store, "overwrites", "replaced an object although the request forbade it");
}

function wrong(store: BlobStore, reason: ErrorReason<"VAULT_UNUSABLE">, why: string): KluisError {
  return new KluisError("VAULT_UNUSABLE", {
    reason,
    message: `The ${store.description} ${why}.`,
    action: "Use another storage account or folder for the vault.",
    params: { store: store.description },
  });
}
