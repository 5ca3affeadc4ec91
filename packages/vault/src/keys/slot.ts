/** One key slot: its object, and what it seals (docs/vault-format.md, Key slots). */
import { hkdfSync, randomBytes } from "node:crypto";
import { canonicalJson, keySlotKinds } from "@kluis/domain/core";
import { Blake3Hasher } from "@napi-rs/blake-hash";
import { z } from "zod";
import { openOnce, sealOnce } from "../aead.ts";
import { DIGEST_BYTES } from "../constants.ts";
import { MAX_SLOT_BYTES } from "../maxima.ts";
import { type Keyring, keyringSchema } from "./keyring.ts";
import { type KeyProvider, type KeyRecipient, wrapFor } from "./provider.ts";

/** With all of them and 200 epochs, a slot is smaller than its maximum. */
export const MAX_HOLDERS = 20;
export const MAX_EPOCHS = 200;
const ROOT_BYTES = 32;

const hex = (characters: number) => z.string().regex(new RegExp(`^[0-9a-f]{${characters}}$`));
const time = z.iso.datetime();

const recipientFields = {
  kind: z.enum(keySlotKinds),
  keyId: z.string().min(1).max(300),
  publicKey: z.base64().max(1_500),
  shares: z.strictObject({ threshold: z.int().min(2).max(255), count: z.int().min(2).max(255) }).optional(),
};

/** Who holds a key of the vault. The id is random: a key that was removed and added again is another holder. */
const holderFields = {
  holder: hex(16),
  label: z.string().max(80),
  addedAt: time,
  ...recipientFields,
};
const holderSchema = z.strictObject(holderFields);
export type KeyHolder = z.infer<typeof holderSchema>;

const slotSchema = z.strictObject({
  format: z.literal("kluis-slot"),
  version: z.literal(1),
  vaultId: z.uuid(),
  slotId: hex(32),
  /** Names the root key. Slots of one generation hold the same one. */
  generation: hex(16),
  createdAt: time,
  ...holderFields,
  wrapped: z.strictObject({ algorithm: z.string().max(80), data: z.base64().max(1_500) }),
  keyring: z.base64(),
  check: hex(48),
});
export type KeySlot = z.infer<typeof slotSchema>;

/** What every slot of a generation seals. */
export const slotContentSchema = z.strictObject({
  keyring: keyringSchema,
  /** All holders that must be able to open the vault, so that any of them can complete what another began. */
  holders: z.array(holderSchema).min(1).max(MAX_HOLDERS),
  /** Ids of holders that were removed: their slots are never completed or kept. */
  removed: z.array(hex(16)).max(200),
  /** Generations that this one replaces, the newest last. */
  replaces: z.array(hex(16)).max(100),
});
export type SlotContent = z.infer<typeof slotContentSchema>;

/** A root key with its name, and what its slots seal. */
export interface Generation {
  readonly id: string;
  readonly root: Uint8Array;
  readonly content: SlotContent;
}

export function newGeneration(content: SlotContent): Generation {
  return {
    id: randomBytes(8).toString("hex"),
    root: randomBytes(ROOT_BYTES),
    content: slotContentSchema.parse(content),
  };
}

/** Makes a holder's slot in a generation. Needs no secret of the holder. @throws RangeError when it is larger than its maximum */
export function makeSlot(
  { id, root, content }: Generation,
  holder: KeyHolder,
  createdAt: Date,
): { readonly slot: KeySlot; readonly bytes: Buffer } {
  const { vaultId } = content.keyring;
  const slotId = randomBytes(16).toString("hex");
  const head = {
    format: "kluis-slot",
    version: 1,
    vaultId,
    slotId,
    generation: id,
    createdAt: createdAt.toISOString(),
    ...holder,
    wrapped: wrapFor(recipientOf(holder), root, wrapContext({ vaultId, slotId })),
  } as const;
  const plain = Buffer.from(canonicalJson(content), "utf8");
  const key = derive(root, vaultId, "keyring");
  const sealed = sealOnce(plain, { key, context: Buffer.from(canonicalJson(head), "utf8") });
  const unchecked = { ...head, keyring: sealed.toString("base64") };
  const slot: KeySlot = { ...unchecked, check: checkOf(unchecked, root) };
  const bytes = Buffer.from(`${canonicalJson(slot)}\n`, "utf8");
  if (bytes.length > MAX_SLOT_BYTES) throw new RangeError("a key slot is larger than its maximum");
  return { slot, bytes };
}

/** The slot in an object; null when it is not a slot. */
export function parseSlot(bytes: Uint8Array): KeySlot | null {
  if (bytes.length > MAX_SLOT_BYTES) return null;
  try {
    return slotSchema.parse(JSON.parse(Buffer.from(bytes).toString("utf8")));
  } catch {
    return null;
  }
}

/** Opens a slot with its holder's key. @throws Error when it does not open; KluisError when the key is out of reach */
export async function openSlot(
  slot: KeySlot,
  provider: KeyProvider,
  signal: AbortSignal,
): Promise<Generation> {
  const { keyId, wrapped, vaultId } = slot;
  const root = await provider.unwrap(wrapped, { keyId, context: wrapContext(slot), signal });
  if (root.length !== ROOT_BYTES || !isOfRoot(slot, root))
    throw new RangeError("its check value does not match");
  const { keyring, check: _check, ...head } = slot;
  const context = Buffer.from(canonicalJson(head), "utf8");
  const plain = openOnce(Buffer.from(keyring, "base64"), { key: derive(root, vaultId, "keyring"), context });
  const content = slotContentSchema.safeParse(parseJson(plain));
  // The cause would quote the content, a secret.
  if (!content.success || content.data.keyring.vaultId !== vaultId)
    throw new RangeError("its content is unknown");
  return { id: slot.generation, root, content: content.data };
}

/** True when someone who knew this root key made the slot. */
export function isOfRoot({ check, ...unchecked }: KeySlot, root: Uint8Array): boolean {
  return checkOf(unchecked, root) === check;
}

export function recipientOf({ kind, keyId, publicKey, shares }: KeyRecipient): KeyRecipient {
  return { kind, keyId, publicKey, ...(shares === undefined ? {} : { shares }) };
}

/** The keyring of a new vault has one holder. */
export function firstContent(keyring: Keyring, holder: KeyHolder): SlotContent {
  return { keyring, holders: [holder], removed: [], replaces: [] };
}

export function newHolder(recipient: KeyRecipient, label: string, addedAt: Date): KeyHolder {
  return holderSchema.parse({
    holder: randomBytes(8).toString("hex"),
    label,
    addedAt: addedAt.toISOString(),
    ...recipientOf(recipient),
  });
}

function wrapContext({ vaultId, slotId }: Pick<KeySlot, "vaultId" | "slotId">): Buffer {
  return Buffer.from(`${vaultId}/${slotId}`, "utf8");
}

function checkOf(unchecked: Omit<KeySlot, "check">, root: Uint8Array): string {
  const hasher = Blake3Hasher.newKeyed(derive(root, unchecked.vaultId, "slot"));
  const digest = hasher.update(Buffer.from(canonicalJson(unchecked), "utf8")).digestBuffer();
  return digest.subarray(0, DIGEST_BYTES).toString("hex");
}

function derive(root: Uint8Array, vaultId: string, use: "keyring" | "slot"): Buffer {
  return Buffer.from(hkdfSync("sha256", root, vaultId, `kluis/1/${use}`, 32));
}

function parseJson(plain: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(plain).toString("utf8"));
  } catch {
    return null;
  }
}
