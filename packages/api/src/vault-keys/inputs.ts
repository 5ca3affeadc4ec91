import { keyVaultKeySchema, textLine } from "@kluis/domain";
import { z } from "zod";

/** Id or name. */
const vault = textLine.min(1).max(80);
/** Where the paper is: "Safe in Utrecht". */
const label = textLine.min(1).max(80);
const holder = z.string().regex(/^[0-9a-f]{16}$/);
/** A printed key or share, as typed. */
const typed = z.string().min(1).max(400);

export const vaultKeysInput = z.strictObject({ vault });
export const addRecoveryKeyInput = z.strictObject({ vault, label });
export const addSharesInput = z.strictObject({
  vault,
  label,
  threshold: z.int().min(2).max(16),
  count: z.int().min(2).max(16),
});
export type AddSharesInput = z.infer<typeof addSharesInput>;
export const addKeyFileInput = z.strictObject({
  vault,
  label,
  /** 32 bytes of X25519 in base64, as `kluis vault public-key` prints them. */
  publicKey: z
    .string()
    .trim()
    .regex(/^[A-Za-z0-9+/]{43}=$/, "must be the 44 characters of a public key"),
});
export type AddKeyFileInput = z.infer<typeof addKeyFileInput>;
export const addKeyVaultInput = z.strictObject({ vault, label, address: keyVaultKeySchema });
export type AddKeyVaultInput = z.infer<typeof addKeyVaultInput>;
/** One recovery key, or the shares of a set. */
export const proveKeyInput = z.strictObject({ vault, typed: z.array(typed).min(1).max(16) });
export type ProveKeyInput = z.infer<typeof proveKeyInput>;
export const removeKeyInput = z.strictObject({ vault, key: holder });
