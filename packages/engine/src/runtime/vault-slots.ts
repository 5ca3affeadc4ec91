/** The key slots of a vault, compared by name: a rotation by another process writes new ones. */
import type { BlobStore } from "@kluis/vault";

/** Objects below `keys/` that are compared. A vault has as many slots as it has keys. */
const MOST_SLOTS = 1_000;

export async function slotNames(store: BlobStore, signal: AbortSignal): Promise<string> {
  const names: string[] = [];
  for await (const { name } of store.list("keys/", signal)) {
    names.push(name);
    if (names.length === MOST_SLOTS) break;
  }
  return names.toSorted((a, b) => (a < b ? -1 : 1)).join(" ");
}

interface OpenedSlots {
  readonly store: BlobStore;
  readonly vault: { readonly id: string };
  /** What `slotNames` returned before it was opened. */
  readonly slots: string;
}

/** Whether the vault in the storage is still the open one, with the same keys. */
export async function isAsOpened(
  { store, slots, vault }: OpenedSlots,
  { stored, signal }: { readonly stored: string | null; readonly signal: AbortSignal },
): Promise<boolean> {
  return stored === vault.id && (await slotNames(store, signal)) === slots;
}
