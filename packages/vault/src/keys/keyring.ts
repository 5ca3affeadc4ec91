/** The keyring: the secrets of a vault, from which every other key derives (docs/vault-format.md, Keys and digests). */
import { randomBytes } from "node:crypto";
import { canonicalJson } from "@kluis/domain/core";
import { z } from "zod";

/** Bytes of every secret, and of the root key that seals the keyring. */
export const SECRET_BYTES = 32;
/** Bytes of an epoch's id; its hex is the end of every pack id of that epoch. */
export const EPOCH_ID_BYTES = 4;
/** A rotation a day for ten years. */
const MAX_EPOCHS = 4096;

/** 32 bytes in base64. */
const secretSchema = z.string().regex(/^[A-Za-z0-9+/]{43}=$/);

const epochSchema = z.strictObject({
  /** 8 hex characters. */
  id: z.string().regex(/^[0-9a-f]{8}$/),
  secret: secretSchema,
  createdAt: z.iso.datetime(),
});

/** Schema of a keyring's JSON. */
export const keyringSchema = z
  .strictObject({
    keyring: z.literal(1),
    vaultId: z.uuid(),
    /** Key of digests and chunk ids. It never changes: the same content keeps its digests through every rotation. */
    digestSecret: secretSchema,
    epochs: z.array(epochSchema).min(1).max(MAX_EPOCHS),
  })
  .refine(
    ({ epochs }) => new Set(epochs.map(({ id }) => id)).size === epochs.length,
    "Two epochs have one id",
  );

export type Keyring = z.infer<typeof keyringSchema>;
export type KeyEpoch = Keyring["epochs"][number];

/** Makes the keyring of a new vault: a digest secret and the first epoch. */
export function createKeyring(vaultId: string, createdAt: Date): Keyring {
  return keyringSchema.parse({
    keyring: 1,
    vaultId,
    digestSecret: newSecret(),
    epochs: [createEpoch(createdAt, [])],
  });
}

/** The same keyring with one more epoch, which writers use from now on. */
export function withNewEpoch(keyring: Keyring, createdAt: Date): Keyring {
  const epochs = [...keyring.epochs, createEpoch(createdAt, keyring.epochs)];
  return keyringSchema.parse({ ...keyring, epochs });
}

/**
 * Joins the keyrings of one vault: all epochs of both. Two rotations at once give two keyrings; their union opens everything.
 * @throws RangeError when they are of two vaults, or contradict each other
 */
export function mergeKeyrings(a: Keyring, b: Keyring): Keyring {
  if (a.vaultId !== b.vaultId || a.digestSecret !== b.digestSecret)
    throw new RangeError("keyrings of two vaults");
  const epochs = new Map(a.epochs.map((epoch) => [epoch.id, epoch]));
  for (const epoch of b.epochs) {
    const known = epochs.get(epoch.id);
    if (known !== undefined && known.secret !== epoch.secret)
      throw new RangeError("keyrings with two secrets for one epoch");
    epochs.set(epoch.id, known ?? epoch);
  }
  return keyringSchema.parse({ ...a, epochs: [...epochs.values()] });
}

/** The epoch that a writer uses: the newest by creation, then by id. */
export function newestEpoch({ epochs }: Keyring): KeyEpoch {
  const [first, ...rest] = epochs;
  if (first === undefined) throw new RangeError("a keyring without an epoch");
  return rest.reduce((newest, epoch) => (isNewer(epoch, newest) ? epoch : newest), first);
}

/** Canonical JSON in UTF-8: what a key slot seals. */
export function encodeKeyring(keyring: Keyring): Buffer {
  return Buffer.from(canonicalJson(keyring), "utf8");
}

/** Reads an opened keyring. @throws Error when the bytes are not a keyring. The error names no content: a keyring is secret. */
export function decodeKeyring(plain: Uint8Array): Keyring {
  let parsed: ReturnType<typeof keyringSchema.safeParse>;
  try {
    parsed = keyringSchema.safeParse(JSON.parse(Buffer.from(plain).toString("utf8")));
  } catch {
    throw new RangeError("not the JSON of a keyring");
  }
  if (!parsed.success) throw new RangeError("not a keyring");
  return parsed.data;
}

function isNewer(a: KeyEpoch, b: KeyEpoch): boolean {
  const [atA, atB] = [Date.parse(a.createdAt), Date.parse(b.createdAt)];
  return atA === atB ? a.id > b.id : atA > atB;
}

function createEpoch(createdAt: Date, taken: readonly KeyEpoch[]): KeyEpoch {
  for (;;) {
    const id = randomBytes(EPOCH_ID_BYTES).toString("hex");
    if (taken.some((epoch) => epoch.id === id)) continue;
    return { id, secret: newSecret(), createdAt: createdAt.toISOString() };
  }
}

const newSecret = (): string => randomBytes(SECRET_BYTES).toString("base64");
