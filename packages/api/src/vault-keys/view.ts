import { countView, instantView, keySlotKinds } from "@kluis/domain";
import { z } from "zod";

/** A key of a vault: never the key itself. */
export const vaultKeyView = z.object({
  /** Names it for removal, through every rotation. */
  id: z.string(),
  kind: z.enum(keySlotKinds),
  keyId: z.string(),
  label: z.string(),
  /** Of shares: how many of how many open the vault. */
  threshold: countView.nullable(),
  shares: countView.nullable(),
  addedAt: instantView,
  /** When Kluis last opened the vault with it, or a person proved it. */
  usedAt: instantView.nullable(),
  provenAt: instantView.nullable(),
  provenBy: z.string().nullable(),
  /** Kluis itself opens the vault with it. */
  isOwn: z.boolean(),
  /** Whether its slot is in the storage, with everything. */
  isPresent: z.boolean(),
});

export const vaultKeysView = z.object({
  vault: z.object({ id: z.string(), name: z.string() }),
  keys: vaultKeyView.array(),
  /** How often the data key was replaced, and when it last was. */
  rotations: countView,
  rotatedAt: instantView.nullable(),
  /** Objects among the key slots that open nothing. */
  ignored: countView,
  /** A key on paper was made and proven. */
  isRecoverable: z.boolean(),
});
export type VaultKeysView = z.infer<typeof vaultKeysView>;

/** A new key on paper. The only time that its text leaves the server. */
export const newPaperKeyView = z.object({
  keyId: z.string(),
  label: z.string(),
  vault: z.object({ id: z.string(), name: z.string() }),
  /** Of shares only. */
  setId: z.string().nullable(),
  threshold: countView.nullable(),
  /** One recovery key, or each share. */
  papers: z.array(z.object({ number: countView, text: z.string() })),
});
export type NewPaperKeyView = z.infer<typeof newPaperKeyView>;
