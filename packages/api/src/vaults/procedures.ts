import { removedView } from "../connections/view.ts";
import { procedure } from "../procedures.ts";
import { setVaultCopy } from "./copies.ts";
import { readVaultDamage } from "./damage.ts";
import { readFigures } from "./figures.ts";
import {
  addVaultInput,
  configureVaultInput,
  rotateVaultInput,
  updateVaultInput,
  vaultCopyInput,
  vaultDamageInput,
  vaultInput,
} from "./inputs.ts";
import {
  addVault,
  adoptVault,
  configureVault,
  disableVault,
  enableVault,
  getVault,
  listVaults,
  makeDefaultVault,
  removeVault,
  rotateVault,
  testVault,
  updateVault,
} from "./service.ts";
import { readSpace } from "./space.ts";
import { vaultDamageView, vaultFiguresView, vaultSpaceView, vaultView } from "./view.ts";

const owner = procedure.requires("platform:manage");

export const vaultProcedures = {
  list: owner.output(vaultView.array()).query(({ ctx }) => listVaults(ctx)),

  get: owner
    .input(vaultInput)
    .output(vaultView)
    .query(({ ctx, input }) => getVault(ctx, input.vault)),

  /** What it really holds: packs, and points. Its cost does not depend on how many there are. */
  figures: owner
    .input(vaultInput)
    .output(vaultFiguresView)
    .query(({ ctx, input }) => readFigures(ctx, input.vault)),

  /** What collection would free now and later, and why the rest stays: a dry run. */
  space: owner
    .input(vaultInput)
    .output(vaultSpaceView)
    .query(({ ctx, input }) => readSpace(ctx, input.vault)),

  /** Objects of it that are damaged or missing, who needs them, and what was healed. */
  damage: owner
    .input(vaultDamageInput)
    .output(vaultDamageView)
    .query(({ ctx, input }) => readVaultDamage(ctx, input)),

  /** Adds a vault, disabled, and tests it; the test creates the vault in an empty storage. */
  add: owner
    .input(addVaultInput)
    .output(vaultView)
    .mutation(({ ctx, input }) => addVault(ctx, input)),

  /** Changes the name. */
  update: owner
    .input(updateVaultInput)
    .output(vaultView)
    .mutation(({ ctx, input }) => updateVault(ctx, input)),

  /** Changes which VMs share content, and the limit of bandwidth. */
  configure: owner
    .input(configureVaultInput)
    .output(vaultView)
    .mutation(({ ctx, input }) => configureVault(ctx, input)),

  /** Sets the second vault that gets the recovery points, and its rules; null ends the copies. */
  setCopy: owner
    .input(vaultCopyInput)
    .output(vaultView)
    .mutation(({ ctx, input }) => setVaultCopy(ctx, input)),

  /** Replaces the credential of the storage, and tests it. */
  rotate: owner
    .input(rotateVaultInput)
    .output(vaultView)
    .mutation(({ ctx, input }) => rotateVault(ctx, input)),

  /** Requests a test; poll `get` until `test.pending` is false. */
  test: owner
    .input(vaultInput)
    .output(vaultView)
    .mutation(({ ctx, input }) => testVault(ctx, input.vault)),

  /** Takes over what the storage has and the database does not know; poll `get` until `truth.adopting` is false. */
  adopt: owner
    .input(vaultInput)
    .output(vaultView)
    .mutation(({ ctx, input }) => adoptVault(ctx, input.vault)),
  enable: owner
    .input(vaultInput)
    .output(vaultView)
    .mutation(({ ctx, input }) => enableVault(ctx, input.vault)),

  /** No new backups; restores still work. */
  disable: owner
    .input(vaultInput)
    .output(vaultView)
    .mutation(({ ctx, input }) => disableVault(ctx, input.vault)),

  /** New backups use it from now on. */
  makeDefault: owner
    .input(vaultInput)
    .output(vaultView)
    .mutation(({ ctx, input }) => makeDefaultVault(ctx, input.vault)),

  remove: owner
    .input(vaultInput)
    .output(removedView)
    .mutation(({ ctx, input }) => removeVault(ctx, input.vault)),
};
