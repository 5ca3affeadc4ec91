import { procedure } from "../procedures.ts";
import {
  addKeyFileInput,
  addKeyVaultInput,
  addRecoveryKeyInput,
  addSharesInput,
  proveKeyInput,
  removeKeyInput,
  vaultKeysInput,
} from "./inputs.ts";
import {
  addKeyFile,
  addKeyVault,
  addRecoveryKey,
  addShares,
  listKeys,
  proveKey,
  removeKey,
  rotateVaultKeys,
} from "./service.ts";
import { newPaperKeyView, vaultKeysView } from "./view.ts";

const owner = procedure.requires("platform:manage");

export const vaultKeyProcedures = {
  list: owner
    .input(vaultKeysInput)
    .output(vaultKeysView)
    .query(({ ctx, input }) => listKeys(ctx, input.vault)),

  /** Makes a recovery key; the answer has it once. */
  addRecovery: owner
    .input(addRecoveryKeyInput)
    .output(newPaperKeyView)
    .mutation(({ ctx, input }) => addRecoveryKey(ctx, input.vault, input.label)),

  /** Makes a key in shares; the answer has them once. */
  addShares: owner
    .input(addSharesInput)
    .output(newPaperKeyView)
    .mutation(({ ctx, input }) => addShares(ctx, input)),

  /** Adds the key of another key file by its public half: any user of that file opens the vault. */
  addFile: owner
    .input(addKeyFileInput)
    .output(vaultKeysView)
    .mutation(({ ctx, input }) => addKeyFile(ctx, input)),

  /** Adds an RSA key in Azure Key Vault; the engine reads its public half and unwraps with it as a proof. */
  addKeyVault: owner
    .input(addKeyVaultInput)
    .output(vaultKeysView)
    .mutation(({ ctx, input }) => addKeyVault(ctx, input)),

  /** Proves a recovery key, or shares, by what a person typed from the paper. */
  prove: owner
    .input(proveKeyInput)
    .output(vaultKeysView)
    .mutation(({ ctx, input }) => proveKey(ctx, input)),

  remove: owner
    .input(removeKeyInput)
    .output(vaultKeysView)
    .mutation(({ ctx, input }) => removeKey(ctx, input.vault, input.key)),

  /** Replaces root key and data key. */
  rotate: owner
    .input(vaultKeysInput)
    .output(vaultKeysView)
    .mutation(({ ctx, input }) => rotateVaultKeys(ctx, input.vault)),
};
