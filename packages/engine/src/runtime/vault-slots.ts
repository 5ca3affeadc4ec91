/** The key slots of a vault, compared by name: a rotation by another process writes new ones. */
import { createHash } from "node:crypto";
import { type BlobStore, slotOfName } from "@kluis/vault";

/** Objects below `keys/` that are looked at, junk too. A vault has as many slots as it has keys. */
const MOST_LISTED = 100_000;

/** A digest of the names that a slot can have, in any order and any number: junk of other names hides no slot. */
export async function slotNames(
  store: Pick<BlobStore, "list">,
  signal: AbortSignal,
  most = MOST_LISTED,
): Promise<string> {
  let [sum, listed] = [0n, 0];
  for await (const { name } of store.list("keys/", signal)) {
    const slotId = slotOfName(name);
    if (slotId !== null) sum += BigInt(`0x${createHash("sha256").update(slotId).digest("hex")}`);
    listed += 1;
    if (listed >= most) break;
  }
  return BigInt.asUintN(256, sum).toString(16);
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
