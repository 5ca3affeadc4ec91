/** Changes of a vault's keys that an engine makes for a person. They hold public halves and addresses, never a secret. */
import { z } from "zod";
import { keySlotKinds, keyVaultKeySchema } from "../azure/vault-keys.ts";

/** Names a holder through every rotation. */
export const keyHolderSchema = z.string().regex(/^[0-9a-f]{16}$/);
const label = z.string().max(80);

export const keyChangeSchema = z.discriminatedUnion("kind", [
  /** A key whose public half is known: a recovery key, shares, a key file. */
  z.strictObject({
    kind: z.literal("add"),
    holder: keyHolderSchema,
    label,
    recipient: z.strictObject({
      kind: z.enum(keySlotKinds),
      keyId: z.string().min(1).max(300),
      publicKey: z.base64().max(1_500),
      shares: z.strictObject({ threshold: z.int(), count: z.int() }).optional(),
    }),
  }),
  /** The engine reads the public half, and shows at once that the key opens the vault. */
  z.strictObject({
    kind: z.literal("add-key-vault"),
    holder: keyHolderSchema,
    label,
    address: keyVaultKeySchema,
  }),
  z.strictObject({ kind: z.literal("remove"), holder: keyHolderSchema }),
  /** `from`: the root key to replace, so that a repeated change replaces it once. */
  z.strictObject({ kind: z.literal("rotate"), from: z.string().max(40).nullable() }),
]);
export type KeyChange = z.infer<typeof keyChangeSchema>;

/** `withdrawn`: no user waits for it any more, and no engine had begun it. */
export const keyChangeStates = ["waiting", "running", "done", "failed", "withdrawn"] as const;
export type KeyChangeState = (typeof keyChangeStates)[number];
