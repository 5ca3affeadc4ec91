/** The descriptor of a vault, `vault.json` (docs/vault-format.md, Descriptor). */
import { canonicalJson, isKluisError, KluisError } from "@kluis/domain/core";
import { z } from "zod";
import { FORMAT_VERSION } from "../constants.ts";
import { damaged, missingAsNull } from "../errors.ts";
import { MAX_DESCRIPTOR_BYTES, readObject } from "../maxima.ts";
import { DESCRIPTOR_NAME } from "../names.ts";
import type { BlobStore } from "../store/port.ts";
import type { VaultKeys } from "./derive.ts";
import { jsonBytes, parseJson } from "./json.ts";

const featureSchema = z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/);

const descriptorSchema = z.strictObject({
  format: z.literal("kluis-vault"),
  version: z.literal(FORMAT_VERSION),
  vaultId: z.uuid(),
  createdAt: z.iso.datetime(),
  features: z.strictObject({
    /** A reader that does not know one of these still reads the vault correctly. */
    compatible: z.array(featureSchema).max(64),
    /** A reader refuses a vault with one of these that it does not know. */
    incompatible: z.array(featureSchema).max(64),
  }),
  check: z.string().regex(/^[0-9a-f]{48}$/),
});
export type Descriptor = z.infer<typeof descriptorSchema>;

/** Enough of a descriptor to report what this Kluis does not know. */
const anyVersionSchema = z.looseObject({
  format: z.literal("kluis-vault"),
  version: z.number().int(),
  features: z.looseObject({ incompatible: z.array(z.string()).optional() }).optional(),
});

/** The incompatible features that this Kluis reads. */
const knownFeatures: ReadonlySet<string> = new Set();

/** Creates the descriptor. @throws KluisError VAULT_ALREADY_EXISTS */
export async function writeDescriptor(
  store: BlobStore,
  keys: VaultKeys,
  {
    vaultId,
    createdAt,
    signal,
  }: { readonly vaultId: string; readonly createdAt: Date; readonly signal: AbortSignal },
): Promise<void> {
  const body = {
    format: "kluis-vault",
    version: FORMAT_VERSION,
    vaultId,
    createdAt: createdAt.toISOString(),
    features: { compatible: [], incompatible: [] },
  } as const;
  const check = keys.descriptorCheck(canonicalJson(body));
  try {
    await store.put(DESCRIPTOR_NAME, [jsonBytes({ ...body, check })], signal);
  } catch (error) {
    throw isKluisError(error, "VAULT_OBJECT_EXISTS") ? vaultExists(store) : error;
  }
}

/**
 * Reads the descriptor. Its check value needs the keys: {@link isDescriptorOf}.
 * @throws KluisError VAULT_NOT_INITIALISED, VAULT_VERSION_UNSUPPORTED, VAULT_DATA_DAMAGED
 */
export async function readDescriptor(store: BlobStore, signal: AbortSignal): Promise<Descriptor> {
  const bytes = await missingAsNull(
    readObject(store, DESCRIPTOR_NAME, { most: MAX_DESCRIPTOR_BYTES, signal }),
  );
  if (bytes === null) {
    throw new KluisError("VAULT_NOT_INITIALISED", {
      reason: "no-vault",
      message: `There is no vault in ${store.description}.`,
      action: "Check the vault's address, or create a vault there.",
      params: { store: store.description },
    });
  }
  const json = parseJson(DESCRIPTOR_NAME, bytes);
  const head = anyVersionSchema.safeParse(json);
  if (!head.success) throw damaged(DESCRIPTOR_NAME, "it is not the descriptor of a vault", head.error);
  const { version, features } = head.data;
  if (version !== FORMAT_VERSION) throw unsupported(store, version, `has format version ${version}`);
  const unknown = (features?.incompatible ?? []).filter((feature) => !knownFeatures.has(feature));
  if (unknown.length > 0)
    throw unsupported(store, version, `uses ${unknown.slice(0, 5).join(", ").slice(0, 200)}`);
  const descriptor = descriptorSchema.safeParse(json);
  if (!descriptor.success) throw damaged(DESCRIPTOR_NAME, "it does not match its schema", descriptor.error);
  return descriptor.data;
}

/** True when the descriptor was written with these keys, and not altered. */
export function isDescriptorOf({ check, ...body }: Descriptor, keys: VaultKeys): boolean {
  return keys.descriptorCheck(canonicalJson(body)) === check;
}

export function vaultExists(store: BlobStore): KluisError {
  return new KluisError("VAULT_ALREADY_EXISTS", {
    message: `The ${store.description} already holds a vault.`,
    action: "Open it, or choose another place for a new vault.",
    params: { store: store.description },
  });
}

function unsupported(store: BlobStore, version: number, what: string): KluisError {
  return new KluisError("VAULT_VERSION_UNSUPPORTED", {
    reason: "vault",
    message: `The vault in ${store.description} ${what}; this Kluis reads version ${FORMAT_VERSION}.`,
    action: "Use the Kluis release that wrote the vault, or a newer one.",
    params: { store: store.description, version, supportedVersion: FORMAT_VERSION },
  });
}
