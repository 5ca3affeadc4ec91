/** Keys of a vault: creation, versions, states, and the two operations that Kluis needs. */
import {
  constants,
  createPrivateKey,
  generateKeyPairSync,
  type KeyObject,
  privateDecrypt,
  publicEncrypt,
  randomUUID,
} from "node:crypto";
import { z } from "zod";
import {
  badParameter,
  deletedButRecoverable,
  keyDisabled,
  keyExpired,
  keyNotFound,
  keyNotYetValid,
  operationNotPermitted,
} from "./errors.ts";
import { type KeyVault, type KeyVersion, keyOperations, type StoredKey } from "./model.ts";

const attributes = z.object({
  enabled: z.boolean().optional(),
  nbf: z.number().int().optional(),
  exp: z.number().int().optional(),
});

const createSchema = z.object({
  kty: z.enum(["RSA", "RSA-HSM"]),
  key_size: z.literal([2048, 3072, 4096]).default(2048),
  key_ops: z.array(z.enum(keyOperations)).default([...keyOperations]),
  attributes: attributes.default({}),
  tags: z.record(z.string(), z.string()).optional(),
});

const updateSchema = z.object({
  key_ops: z.array(z.enum(keyOperations)).optional(),
  attributes: attributes.default({}),
  tags: z.record(z.string(), z.string()).optional(),
});

const operationSchema = z.object({
  alg: z.enum(["RSA-OAEP", "RSA-OAEP-256", "RSA1_5"]),
  value: z.string().regex(/^[A-Za-z0-9_-]+$/),
});

/** Creates a key, or a new version of one. @throws KeyVaultError 409 for a key in soft delete */
export function createKey(vault: KeyVault, name: string, at: { body: unknown; now: number }): KeyVersion {
  const { key_size, key_ops, attributes: given, tags } = parsed(createSchema, at.body);
  const known = vault.keys[name.toLowerCase()];
  if (known?.deletedAt !== undefined) throw deletedButRecoverable(name);
  const { privateKey } = generateKeyPairSync("rsa", {
    modulusLength: key_size,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  const { enabled = true, nbf, exp } = given;
  const made: KeyVersion = {
    version: randomUUID().replaceAll("-", ""),
    privateKey,
    keyOps: key_ops,
    enabled,
    ...(nbf === undefined ? {} : { nbf }),
    ...(exp === undefined ? {} : { exp }),
    created: at.now,
    updated: at.now,
    ...(tags === undefined ? {} : { tags }),
  };
  const key = (vault.keys[name.toLowerCase()] ??= { name, versions: [made] });
  if (known !== undefined) key.versions.push(made);
  return made;
}

/** Changes attributes of a version; the others stay. */
export function updateKey(version: KeyVersion, at: { body: unknown; now: number }): void {
  const { key_ops, attributes: given, tags } = parsed(updateSchema, at.body);
  const changed = version;
  if (key_ops !== undefined) changed.keyOps = key_ops;
  if (tags !== undefined) changed.tags = tags;
  Object.assign(
    changed,
    Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
  );
  changed.updated = at.now;
}

/** @throws KeyVaultError 404 for a key that is missing or in soft delete */
export function findKey(vault: KeyVault, name: string): StoredKey {
  const key = vault.keys[name.toLowerCase()];
  if (key === undefined || key.deletedAt !== undefined) throw keyNotFound(name);
  return key;
}

/** The current version of a key, or the one named. @throws KeyVaultError 404 */
export function findVersion(key: StoredKey, version: string | undefined): KeyVersion {
  const found =
    version === undefined ? key.versions.at(-1) : key.versions.find((one) => one.version === version);
  if (found !== undefined) return found;
  throw keyNotFound(`${key.name}/${version ?? ""}`);
}

/** Wraps or unwraps a key. @throws KeyVaultError 400, 403 */
export function useKey(
  version: KeyVersion,
  operation: "wrapKey" | "unwrapKey",
  { body, now }: { body: unknown; now: number },
): Buffer {
  const { alg, value } = parsed(operationSchema, body);
  if (!version.enabled) throw keyDisabled(operation);
  if (!version.keyOps.includes(operation)) throw operationNotPermitted(operation);
  // Outside its dates a key still unwraps.
  if (operation === "wrapKey" && version.exp !== undefined && now >= version.exp) throw keyExpired(operation);
  if (operation === "wrapKey" && version.nbf !== undefined && now < version.nbf)
    throw keyNotYetValid(operation);
  const key = { key: createPrivateKey(version.privateKey), ...paddingOf(alg) };
  const bytes = Buffer.from(value, "base64url");
  try {
    return operation === "wrapKey" ? publicEncrypt(key, bytes) : privateDecrypt(key, bytes);
  } catch {
    throw badParameter("The parameter is incorrect.");
  }
}

/** The public half as a JSON web key, and the attributes. */
export function keyBundle(vault: KeyVault, name: string, version: KeyVersion): unknown {
  const { n, e } = publicHalf(createPrivateKey(version.privateKey));
  const kid = `${identifierOf(vault, name)}/${version.version}`;
  return { key: { kid, kty: "RSA", key_ops: version.keyOps, n, e }, ...factsOf(version) };
}

export function keyItem(vault: KeyVault, name: string, version: KeyVersion): unknown {
  return { kid: `${identifierOf(vault, name)}/${version.version}`, ...factsOf(version) };
}

function factsOf({ enabled, nbf, exp, created, updated, tags }: KeyVersion): object {
  const dates = { ...(nbf === undefined ? {} : { nbf }), ...(exp === undefined ? {} : { exp }) };
  const rest = { recoveryLevel: "Recoverable+Purgeable", recoverableDays: 90, exportable: false };
  return { attributes: { enabled, ...dates, created, updated, ...rest }, ...(tags ? { tags } : {}) };
}

function identifierOf(vault: KeyVault, name: string): string {
  return `https://${vault.name}.vault.azure.net/keys/${name}`;
}

function publicHalf(key: KeyObject): { n: string; e: string } {
  const { n = "", e = "" } = key.export({ format: "jwk" });
  return { n, e };
}

function paddingOf(alg: z.infer<typeof operationSchema>["alg"]): { padding: number; oaepHash?: string } {
  if (alg === "RSA1_5") return { padding: constants.RSA_PKCS1_PADDING };
  return { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: alg === "RSA-OAEP" ? "sha1" : "sha256" };
}

function parsed<T>(schema: z.ZodType<T>, body: unknown): T {
  const found = schema.safeParse(body);
  if (found.success) return found.data;
  const path = found.error.issues[0]?.path.join(".") ?? "";
  throw badParameter(`Property ${path} has invalid value\r\n`);
}
